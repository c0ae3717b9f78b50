import { availableParallelism } from "node:os";
import type { HardhatPlugin } from "hardhat/types/plugins";

/** Compiles contracts on all cores; Hardhat leaves one free, which on two is half of them. Tests are compiled beside other work: they get its share. */
const allCores: HardhatPlugin = {
  id: "freehold-all-cores",
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        build(context, files, options, next) {
          const concurrency = options?.scope === "tests" ? undefined : { concurrency: availableParallelism() };
          return next(context, files, { ...options, ...concurrency });
        },
      }),
    }),
  },
};

export default allCores;
