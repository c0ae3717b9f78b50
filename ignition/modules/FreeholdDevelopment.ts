import { buildModule } from "@nomicfoundation/ignition-core";
import { core, FOREVER, govern } from "./core.ts";

/**
 * A development deployment: a token that anybody can mint and a TEE whose root key is public. For local chains and
 * public test networks; what it proves is worth nothing.
 */
export default buildModule("FreeholdDevelopment", (m) => {
  const Token = m.contract("TestToken", [6]);
  const contracts = core(m, { token: Token, production: false });
  const DevelopmentTeeVerifier = m.contract("DevelopmentTeeVerifier", [m.getParameter("developmentTestRoot")]);
  const accepted = m.call(contracts.NodeRegistry, "setVerifier", [
    DevelopmentTeeVerifier,
    { from: 1n, until: FOREVER },
  ]);
  govern(m, contracts, [accepted]);
  return { ...contracts, Token, DevelopmentTeeVerifier };
});
