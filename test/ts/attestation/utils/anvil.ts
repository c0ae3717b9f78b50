import { network } from "hardhat";
import { answers, freePort, spawnAnvil } from "../../../../scripts/story/chain.ts";

/**
 * A chain that is ten times as fast as the simulated one, and has no cap of a transaction's gas: one call can ask about hundreds of
 * signatures.
 */
export async function fastChain() {
  const { child, url } = spawnAnvil(await freePort(), ["--hardfork", "prague", "--gas-limit", "1000000000000"]);
  await answers(url, child);
  const connection = await network.create({ network: "anvil", override: { url } });
  return {
    connection,
    async close() {
      await connection.close();
      child.kill("SIGTERM");
    },
  };
}
