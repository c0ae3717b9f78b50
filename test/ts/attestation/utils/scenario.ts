import { expect } from "chai";
import { type Dcap, deployDcap, type FrozenChain, frozenChain } from "./dcap.ts";
import { type IntelCa, intelCa } from "./intel-ca.ts";

/** When the made-up authority lives; Unix seconds. */
export const NOW = 1_760_000_000;

export interface Scenario {
  readonly ca: IntelCa;
  readonly chain: FrozenChain;
  readonly dcap: Dcap;
}

/** A chain of its own, with an authority of its own, for each test; `close` in `afterEach`. */
export function scenarios() {
  const open: FrozenChain[] = [];
  return {
    async start(): Promise<Scenario> {
      const ca = intelCa(NOW);
      const chain = await frozenChain(NOW);
      open.push(chain);
      return { ca, chain, dcap: await deployDcap(chain, ca.root.der) };
    },
    async close() {
      for (const { connection } of open.splice(0)) await connection.close();
    },
  };
}

/** Name of the error by which something is refused; fails when it is not refused, or by no error that the contracts declare. */
export async function refusal(dcap: Dcap, action: Promise<unknown>): Promise<string> {
  const error = await action.then(
    () => undefined,
    (cause: unknown) => cause as { data?: string; message?: string },
  );
  if (error === undefined) expect.fail("it was accepted");
  const { data } = error;
  const parsed =
    data === undefined
      ? null
      : (dcap.verifier.interface.parseError(data) ?? dcap.collateral.interface.parseError(data));
  // A panic, or a text, is no answer either.
  if (parsed === null || !parsed.name.includes("_")) {
    expect.fail(`refused without a declared error: ${parsed?.name ?? ""} ${error.message}`);
  }
  return parsed.name;
}
