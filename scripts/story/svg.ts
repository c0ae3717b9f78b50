// Two small charts as SVG text: enough for a report that opens without a network.

export interface Series {
  name: string;
  color: string;
  points: { x: number; y: number }[];
}

interface Axis {
  label: string;
  min: number;
  max: number;
  ticks: number[];
  format: (value: number) => string;
}

const WIDTH = 760;
const HEIGHT = 320;
const MARGIN = { top: 20, right: 150, bottom: 46, left: 84 };

export function lineChart(options: { x: Axis; y: Axis; series: Series[]; description: string }): string {
  const { x, y, series } = options;
  const px = scale(x.min, x.max, MARGIN.left, WIDTH - MARGIN.right);
  const py = scale(y.min, y.max, HEIGHT - MARGIN.bottom, MARGIN.top);
  const grid = y.ticks.map(
    (value) =>
      `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${py(value)}" y2="${py(value)}"/>` +
      `<text class="tick" x="${MARGIN.left - 8}" y="${py(value) + 4}" text-anchor="end">${escapeHtml(y.format(value))}</text>`,
  );
  const columns = x.ticks.map(
    (value) =>
      `<text class="tick" x="${px(value)}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${escapeHtml(x.format(value))}</text>`,
  );
  const lines = series.map(({ name, color, points }) => {
    const path = points.map((point, i) => `${i === 0 ? "M" : "L"}${px(point.x)},${py(point.y)}`).join("");
    const dots = points.map((point) => `<circle cx="${px(point.x)}" cy="${py(point.y)}" r="2.5" fill="${color}"/>`);
    const last = points.at(-1);
    const label = last
      ? `<text x="${px(last.x) + 8}" y="${py(last.y) + 4}" fill="${color}">${escapeHtml(name)}</text>`
      : "";
    return `<path d="${path}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join("")}${label}`;
  });
  return svg(HEIGHT, options.description, [...grid, ...columns, axisLabels(x.label, y.label, HEIGHT), ...lines]);
}

export function barChart(options: {
  bars: { name: string; value: number }[];
  unit: string;
  description: string;
}): string {
  const rowHeight = 26;
  const height = options.bars.length * rowHeight + 16;
  const left = 230;
  const px = scale(0, Math.max(...options.bars.map((bar) => bar.value), 1), 0, WIDTH - left - 120);
  const rows = options.bars.map(({ name, value }, i) => {
    const top = 8 + i * rowHeight;
    return (
      `<text x="${left - 10}" y="${top + 16}" text-anchor="end">${escapeHtml(name)}</text>` +
      `<rect x="${left}" y="${top + 3}" width="${px(value)}" height="${rowHeight - 8}" fill="#2f6f9f"/>` +
      `<text class="tick" x="${left + px(value) + 8}" y="${top + 16}">${value.toLocaleString("en-US")} ${escapeHtml(options.unit)}</text>`
    );
  });
  return svg(height, options.description, rows);
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

function svg(height: number, description: string, parts: string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(description)}">${parts.join("")}</svg>`;
}

function axisLabels(x: string, y: string, height: number): string {
  const middleX = (MARGIN.left + WIDTH - MARGIN.right) / 2;
  const middleY = (MARGIN.top + height - MARGIN.bottom) / 2;
  return (
    `<text x="${middleX}" y="${height - 8}" text-anchor="middle">${escapeHtml(x)}</text>` +
    `<text transform="translate(14 ${middleY}) rotate(-90)" text-anchor="middle">${escapeHtml(y)}</text>`
  );
}

function scale(fromMin: number, fromMax: number, toMin: number, toMax: number): (value: number) => number {
  const span = fromMax - fromMin || 1;
  return (value) => Math.round((toMin + ((value - fromMin) / span) * (toMax - toMin)) * 100) / 100;
}
