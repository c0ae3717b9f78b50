/** One entry of a root file system; paths are relative, with slashes. */
export type Entry =
  | { readonly type: "directory"; readonly path: string }
  | { readonly type: "file"; readonly path: string; readonly mode: 0o644 | 0o755; readonly bytes: Uint8Array }
  | { readonly type: "link"; readonly path: string; readonly target: string };

const BLOCK = 512;
const TYPES = { file: "0", link: "2", directory: "5" } as const;

/** Orders entries by the bytes of their paths: parents come before what is in them. */
export function sorted(entries: readonly Entry[]): Entry[] {
  const all = [...entries].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  const twice = all.find(({ path }, i) => path === all[i + 1]?.path);
  if (twice !== undefined) throw new Error(`${twice.path} is there twice`);
  return all;
}

/**
 * A ustar archive (POSIX.1-1988) that depends on nothing but the entries: sorted, owned by 0:0, dated 1970, without names of users. Throws for what
 * the format cannot name.
 */
export function tar(entries: readonly Entry[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const entry of sorted(entries)) {
    blocks.push(header(entry));
    if (entry.type !== "file") continue;
    const padding = (BLOCK - (entry.bytes.length % BLOCK)) % BLOCK;
    blocks.push(entry.bytes, new Uint8Array(padding));
  }
  blocks.push(new Uint8Array(2 * BLOCK));
  return Buffer.concat(blocks);
}

function header(entry: Entry): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  const write = (text: string, offset: number, length: number) => {
    if (Buffer.byteLength(text) > length) throw new Error(`${entry.path}: ${text} does not fit into ustar`);
    block.write(text, offset, length, "utf8");
  };
  const number = (value: number, offset: number, length: number) =>
    write(`${value.toString(8).padStart(length - 1, "0")}\0`, offset, length);
  const { prefix, name } = split(entry.type === "directory" ? `${entry.path}/` : entry.path);
  write(name, 0, 100);
  number(entry.type === "file" ? entry.mode : entry.type === "link" ? 0o777 : 0o755, 100, 8);
  number(0, 108, 8);
  number(0, 116, 8);
  number(entry.type === "file" ? entry.bytes.length : 0, 124, 12);
  number(0, 136, 12);
  block.fill(0x20, 148, 156);
  write(TYPES[entry.type], 156, 1);
  if (entry.type === "link") write(entry.target, 157, 100);
  write("ustar\0", 257, 6);
  write("00", 263, 2);
  number(0, 329, 8);
  number(0, 337, 8);
  write(prefix, 345, 155);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8, "latin1");
  return block;
}

/** ustar keeps a long path in two fields, cut at a slash. */
function split(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: "", name: path };
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (name !== "" && Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return { prefix, name };
  }
  throw new Error(`${path} is too long for ustar`);
}
