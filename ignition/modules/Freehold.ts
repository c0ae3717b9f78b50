import { buildModule } from "@nomicfoundation/ignition-core";
import { core, govern } from "./core.ts";

/** A production deployment: an existing token, no development TEE, no verifier until governance accepts one. */
export default buildModule("Freehold", (m) => {
  const Token = m.contractAt("TestToken", m.getParameter("token"), { id: "Token" });
  const contracts = core(m, { token: Token, production: true });
  govern(m, contracts);
  return { ...contracts, Token };
});
