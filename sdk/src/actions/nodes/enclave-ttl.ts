import { read } from "../read.js";

/** Seconds that an enclave of a family (TeeType) lives, if its attestation lasts. */
export const enclaveTtl = read({
  contract: "NodeRegistry",
  method: "enclaveTtl",
  args: (params: { teeType: number }) => [params.teeType],
  result: (value) => Number(value),
});
