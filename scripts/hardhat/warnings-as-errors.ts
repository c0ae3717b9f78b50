import type { HardhatPlugin } from "hardhat/types/plugins";

// Contracts that are instrumented for coverage, or compiled into a Solidity test with the general settings, may be larger than any that
// can be deployed: test/ts/deployments looks at those that are.
const SIZES = ["5574", "3860"];

/**
 * Turns the compiler's warnings about our own contracts into errors, so that none is ever committed, and drops those
 * about dependencies, which we cannot mend.
 */
const warningsAsErrors: HardhatPlugin = {
  id: "freehold-warnings-as-errors",
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        async invokeSolc(context, compiler, input, config, next) {
          const output = await next(context, compiler, input, config);
          const isTest = Object.keys(input.sources).some((name) => name.startsWith("project/test/"));
          const isSizeFree = context.globalOptions.coverage || isTest;
          const errors = (output.errors ?? []).flatMap((message) => {
            const text = message.formattedMessage ?? "";
            if (message.severity !== "warning") return [message];
            if (/--> npm\//.test(text)) return [];
            if (isSizeFree && SIZES.includes(message.errorCode ?? "")) return [];
            const own = /--> project\/contracts\//.test(text);
            return [own ? { ...message, type: "Error", severity: "error" as const } : message];
          });
          return { ...output, errors };
        },
      }),
    }),
  },
};

export default warningsAsErrors;
