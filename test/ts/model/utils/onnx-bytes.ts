// Writes ONNX models (protobuf, onnx.proto3 of ONNX 1.13) by hand: as much as the tests of the engine need.

const utf8 = new TextEncoder();

type Field = readonly [number: number, value: number | string | Uint8Array];

export const FLOAT = 1;
export const INT64 = 7;
export const DOUBLE = 11;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  while (left > 127) {
    bytes.push((left % 128) | 128);
    left = Math.floor(left / 128);
  }
  return [...bytes, left];
}

/** A protobuf message: numbers as varints, strings and bytes length-delimited. */
function message(...fields: readonly Field[]): Uint8Array {
  const parts = fields.map(([number, value]) => {
    if (typeof value === "number") return Uint8Array.from([...varint(number * 8), ...varint(value)]);
    const bytes = typeof value === "string" ? utf8.encode(value) : value;
    return Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length), ...bytes]);
  });
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function dimensions(dims: readonly number[]): Field[] {
  return dims.map((size) => [1, size] as const);
}

/** TensorProto with its data inside. */
export function tensor(name: string, type: number, dims: readonly number[], data: ArrayBufferView): Uint8Array {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(...dimensions(dims), [2, type], [8, name], [9, raw]);
}

/** TensorProto whose data lies at `location`. */
export function externalTensor(name: string, type: number, dims: readonly number[], location: string): Uint8Array {
  const entry = message([1, "location"], [2, location]);
  return message(...dimensions(dims), [2, type], [8, name], [13, entry], [14, 1]);
}

/** ValueInfoProto. */
export function value(name: string, type: number, dims: readonly number[]): Uint8Array {
  const shape = message(...dims.map((size) => [1, message([1, size])] as const));
  return message([1, name], [2, message([1, message([1, type], [2, shape])])]);
}

/** NodeProto. */
export function node(operator: string, inputs: readonly string[], output: string): Uint8Array {
  return message(...inputs.map((name) => [1, name] as const), [2, output], [4, operator]);
}

/** ModelProto of one graph, opset 14. */
export function onnxModel(graph: {
  readonly nodes: readonly Uint8Array[];
  readonly initialisers?: readonly Uint8Array[];
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
}): Uint8Array {
  const body = message(
    ...graph.nodes.map((each) => [1, each] as const),
    [2, "graph"],
    ...(graph.initialisers ?? []).map((each) => [5, each] as const),
    ...graph.inputs.map((each) => [11, each] as const),
    ...graph.outputs.map((each) => [12, each] as const),
  );
  return message([1, 8], [7, body], [8, message([1, ""], [2, 14])]);
}
