import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { quote } from "../../weights/errors.js";
import {
  checkFinite,
  headerLength,
  layoutSafetensors,
  parseHeader,
  type ReadOptions,
  type Safetensors,
  type SafetensorsHeader,
  type Tensor,
  WeightsError,
} from "../../weights/index.js";
import { LENGTH_BYTES } from "../../weights/safetensors/header.js";
import { type FileState, readFully, withFile } from "./file.js";

/** Reads and checks the header only. @throws WeightsError as {@link parseHeader}, and WEIGHTS_FILE_UNREADABLE */
export function readSafetensorsHeader(path: string, options: ReadOptions = {}): Promise<SafetensorsHeader> {
  return withFile(path, (handle, state) => readHeader(path, handle, state, options));
}

export interface ReadFileOptions extends ReadOptions {
  /** Names of the tensors to read; all by default. */
  readonly tensors?: readonly string[];
}

/**
 * Reads the header and the given tensors of a file of any size.
 * @throws WeightsError WEIGHTS_UNKNOWN_TENSOR; as {@link readSafetensorsHeader}
 */
export function readSafetensorsFile(path: string, options: ReadFileOptions = {}): Promise<Safetensors> {
  return withFile(path, async (handle, state) => {
    const header = await readHeader(path, handle, state, options);
    const tensors = new Map<string, Tensor>();
    for (const name of options.tensors ?? header.tensors.keys()) {
      const info = header.tensors.get(name);
      if (info === undefined) {
        throw new WeightsError("WEIGHTS_UNKNOWN_TENSOR", `${path} has no tensor ${quote(name)}`, {
          details: { path, tensor: name },
        });
      }
      const data = new Uint8Array(info.end - info.begin);
      await readFully(path, handle, data, header.dataOffset + info.begin);
      const tensor = { dtype: info.dtype, shape: info.shape, data };
      if (options.finite) checkFinite(name, tensor);
      tensors.set(name, tensor);
    }
    return { tensors, ...(header.metadata === undefined ? {} : { metadata: header.metadata }) };
  });
}

/** Writes a file in canonical form; it appears under its name only when it is complete. */
export async function writeSafetensorsFile(path: string, file: Safetensors): Promise<void> {
  const { head, data } = layoutSafetensors(file);
  const temporary = `${path}.new`;
  try {
    const handle = await open(temporary, "w");
    try {
      await handle.writeFile([head, ...data]);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function readHeader(
  path: string,
  handle: FileHandle,
  { size }: FileState,
  options: ReadOptions,
): Promise<SafetensorsHeader> {
  const start = new Uint8Array(Math.min(size, LENGTH_BYTES));
  await readFully(path, handle, start, 0);
  const header = new Uint8Array(headerLength(start, size));
  await readFully(path, handle, header, LENGTH_BYTES);
  return parseHeader(header, size, options);
}
