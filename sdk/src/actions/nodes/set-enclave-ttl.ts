import { write } from "../write.js";

/**
 * Governance: enclaves of a family (TeeType) live no longer than `ttl` seconds from now on; 0 for the longest life. Later registrations only.
 */
export const setEnclaveTtl = write({
  contract: "NodeRegistry",
  method: "setEnclaveTtl",
  args: (params: { teeType: number; ttl: number }) => [params.teeType, params.ttl],
  event: "EnclaveTtlSet",
  result: (event) => ({ teeType: Number(event.teeType), ttl: Number(event.ttl) }),
});
