import { useFastCurve } from "@freehold/sdk/node";
import { rpcProvider } from "../chain/provider.js";
import { openProvider } from "../enclave/open.js";
import { prepareFor } from "../enclave/prepare-for.js";
import { Worker } from "../worker.js";
import { configOf, operatorKey, type ServeOptions, teeOf } from "./options.js";

/** Runs a worker until SIGTERM or SIGINT; SIGUSR2 settles everything. */
export async function serveCommand(options: ServeOptions): Promise<void> {
  const config = configOf(options);
  await useFastCurve();
  const key = operatorKey(options.keyFile);
  // Asked only when an enclave is registered; it opens no connection before.
  const chain = rpcProvider(config.rpc, config.addresses.chainId);
  const provider = await openProvider(teeOf(options), prepareFor(config.addresses, chain));
  const worker = await Worker.create(config, key, provider);
  const ended = new Promise<void>((resolve) => {
    const end = () => resolve();
    process.once("SIGTERM", end);
    process.once("SIGINT", end);
  });
  process.on("SIGUSR2", () => worker.settleAll());
  const started = worker.start();
  await Promise.race([ended, started.then(() => ended)]);
  await worker.stop({ settle: options.settleOnExit ?? false });
  await started;
  chain.destroy();
}
