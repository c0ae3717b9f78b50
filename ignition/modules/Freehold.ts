import { buildModule } from "@nomicfoundation/ignition-core";
import { attestation } from "./attestation.ts";
import { core, govern } from "./core.ts";

/** A production deployment: an existing token, no development TEE, the verifiers of real ones, none of which counts until
 * governance accepts it. */
export default buildModule("Freehold", (m) => {
  const Token = m.contractAt("TestToken", m.getParameter("token"), { id: "Token" });
  const contracts = core(m, { token: Token, production: true });
  govern(m, contracts);
  return { ...contracts, ...attestation(m), Token };
});
