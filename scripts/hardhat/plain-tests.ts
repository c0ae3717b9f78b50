import type { HardhatPlugin } from "hardhat/types/plugins";

/**
 * Compiles Solidity tests without the optimizer, which takes a third of the time. What they test is what is deployed: they create contracts from
 * the artifacts of the build, never from their own compilation.
 */
const plainTests: HardhatPlugin = {
  id: "freehold-plain-tests",
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        async invokeSolc(context, compiler, input, config, next) {
          const isTest = Object.keys(input.sources).some((name) => name.startsWith("project/test/"));
          if (!isTest || context.globalOptions.coverage) return next(context, compiler, input, config);
          const settings = { ...input.settings, optimizer: { enabled: false } };
          return next(context, compiler, { ...input, settings }, config);
        },
      }),
    }),
  },
};

export default plainTests;
