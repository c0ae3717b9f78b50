import { expect } from "chai";
import { getBytes, keccak256 } from "ethers";
import {
  collateralCalls,
  dcapAux,
  issuerIdOf,
  pckOf,
  platformCalls,
  QuoteError,
  refreshCall,
  trimQuote,
} from "../../../sdk/dist/attestation/index.js";
import type { Hex } from "../../../sdk/dist/index.js";
import { bundle, bundleNames, collateralText } from "./utils/bundle.ts";
import { deployDcap, frozenChain } from "./utils/dcap.ts";
import { refusal } from "./utils/scenario.ts";

describe("attestation: the SDK brings Intel's collateral to the chain", function () {
  this.timeout(120_000);

  before(function () {
    if (bundleNames.length === 0) this.skip();
  });

  for (const name of ["phala-sgx-v3", "google-cos113-tdx", "google-tdx-v5"]) {
    it(`${name}: by its calls alone, in their order`, async () => {
      const genuine = bundle(name);
      const chain = await frozenChain(genuine.suggested);
      const { collateral, verifier } = await deployDcap(chain, genuine.root);
      const [signer] = await chain.ethers.getSigners();
      const text = collateralText(name);
      const packed: Record<string, string> = {};
      for (const { data } of [...collateralCalls(text), ...platformCalls(genuine.quote, text)]) {
        const to = await collateral.getAddress();
        for (const log of (await chain.send(() => signer!.sendTransaction({ to, data }))).logs) {
          const event = collateral.interface.parseLog(log);
          if (event?.fragment.inputs.at(-1)?.name === "packed") packed[event.name] = event.args.packed;
        }
      }
      const aux = dcapAux({ identity: packed.QeIdentityUpdated as Hex, tcbInfo: packed.TcbInfoUpdated as Hex });
      for (const quote of [genuine.quote, trimQuote(genuine.quote)]) {
        const report = await verifier.getFunction("verify").staticCall(quote, aux);
        expect(report.validUntil).to.equal(BigInt(genuine.validTo));
      }

      // Nothing newer: the same list refreshes nothing.
      const refresh = refreshCall(pckOf(genuine.quote), genuine.pckCrl);
      const again = chain.send(async () =>
        signer!.sendTransaction({ to: await collateral.getAddress(), data: refresh.data }),
      );
      expect(await refusal({ collateral, verifier } as never, again)).to.equal("DcapCollateral_NotNewer");
      expect(await collateral.getFunction("pckOfPem")(keccak256(genuine.pem))).to.equal(
        keccak256(pckOf(genuine.quote)),
      );
      expect((await collateral.getFunction("issuerOf")(issuerIdOf(genuine.crlIssuer))).role).to.equal(1n);
      await chain.connection.close();
    });
  }

  it("refuses what is no collateral by an error of its own", () => {
    const text = collateralText("phala-tdx-v4");
    const { quote } = bundle("phala-tdx-v4");
    const errorOf = (action: () => unknown): string => {
      try {
        action();
      } catch (error) {
        expect(error).to.be.instanceOf(QuoteError);
        return (error as QuoteError).code;
      }
      expect.fail("it was accepted");
    };
    for (const [change, code] of [
      [{ root_ca_crl: "zz" }, "BAD_COLLATERAL"],
      [{ pck_crl: "0" }, "BAD_COLLATERAL"],
      [{ tcb_info_signature: "00" }, "BAD_COLLATERAL"],
      [{ qe_identity_signature: `${text.qe_identity_signature}00` }, "BAD_COLLATERAL"],
      [{ pck_crl_issuer_chain: "" }, "BAD_PEM"],
      [{ tcb_info_issuer_chain: "no PEM" }, "BAD_PEM"],
    ] as const) {
      expect(errorOf(() => collateralCalls({ ...text, ...change }))).to.equal(code);
    }
    expect(errorOf(() => platformCalls(trimQuote(quote), text))).to.equal("BAD_QUOTE");
    expect(errorOf(() => platformCalls(getBytes("0x00"), text))).to.equal("BAD_QUOTE");
    expect(errorOf(() => platformCalls(quote, { ...text, pck_crl: "x" }))).to.equal("BAD_COLLATERAL");
  });
});
