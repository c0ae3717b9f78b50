import { developmentProvider } from "./development.js";
import type { PrepareEvidence } from "./prepare.js";
import { asIs } from "./prepare.js";
import type { EnclaveProvider, TeeKind } from "./provider.js";

/** The execution environment that the operator chose. */
export interface TeeConfig {
  readonly kind: TeeKind;
  /** Nitro: the module's device; TDX: the directory of reports; dstack: the agent's socket. Default: where the platform has it. */
  readonly path?: string | undefined;
}

/**
 * Opens the environment that was chosen, and no other: what is missing is never replaced.
 * @param prepare makes of what the hardware produced what the verifier takes
 * Throws `TEE_ABSENT`, `TEE_DEBUG` or `TEE_FAILED`.
 */
export async function openProvider(
  { kind, path }: TeeConfig,
  prepare: PrepareEvidence = asIs,
): Promise<EnclaveProvider> {
  switch (kind) {
    case "development":
      return developmentProvider();
    case "nitro": {
      const [{ openNsm }, { nitroProvider }] = await Promise.all([
        import("./nitro/device.js"),
        import("./nitro/provider.js"),
      ]);
      return nitroProvider(await openNsm(path), prepare);
    }
    case "tdx":
      return (await import("./tdx/kernel.js")).tdxProvider(path === undefined ? {} : { directory: path }, prepare);
    case "dstack":
      return (await import("./tdx/dstack.js")).dstackProvider(path, prepare);
  }
}
