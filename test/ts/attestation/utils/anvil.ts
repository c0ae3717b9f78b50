import { network } from "hardhat";
import { answers, freePort, spawnAnvil } from "../../../../scripts/story/chain.ts";

/**
 * A chain that is ten times as fast as the simulated one, and has no cap of a transaction's gas: one call can ask about hundreds of
 * signatures.
 */
export const fastChain = () => start(["--hardfork", "prague", "--gas-limit", "1000000000000"]);

/** A fast chain with Osaka's rules, the cap of a transaction's gas among them, on which it is `at` (Unix seconds) now. */
export const fastChainAt = (at: number) =>
  start(["--hardfork", "osaka", "--enable-tx-gas-limit", "--gas-limit", "60000000", "--timestamp", String(at)]);

async function start(args: readonly string[]) {
  const { child, url } = spawnAnvil(await freePort(), args);
  await answers(url, child);
  const connection = await network.create({ network: "anvil", override: { url } });
  const leave = connection.close.bind(connection);
  return {
    connection,
    async close() {
      await leave();
      child.kill("SIGTERM");
    },
  };
}
