// How Intel's collateral comes in, is replaced, and is revoked: with an authority that is Intel's in all but its key.
import { expect } from "chai";
import { keccak256 } from "ethers";
import { dcapRecheck } from "../../../sdk/dist/attestation/index.js";
import type { Hex } from "../../../sdk/dist/index.js";
import type { Dcap } from "./utils/dcap.ts";
import { issuerId, loadBundle } from "./utils/dcap.ts";
import { newKey } from "./utils/intel-ca.ts";
import { NOW, refusal, type Scenario, scenarios } from "./utils/scenario.ts";
import { identityText, type SyntheticOptions, signBody, syntheticBundle, tcbInfoText } from "./utils/synthetic.ts";

const DAY = 24 * 60 * 60;

describe("attestation: Intel's collateral", function () {
  this.timeout(120_000);
  const { start, close } = scenarios();
  afterEach(close);

  const verify = (dcap: Dcap, quote: Uint8Array, aux: string) =>
    dcap.verifier.getFunction("verify").staticCall(quote, aux);

  async function loaded(make: (ca: Scenario["ca"]) => SyntheticOptions = () => ({})) {
    const scenario = await start();
    const bundle = syntheticBundle(scenario.ca, make(scenario.ca));
    const { aux, info, identity } = await loadBundle(scenario.dcap, bundle);
    const recheck = async (tcbInfo = info, held = identity) => {
      const { basisId, aux: parts } = dcapRecheck(bundle.quote, { tcbInfo: tcbInfo as Hex, identity: held as Hex });
      return scenario.dcap.verifier.getFunction("recheck")(basisId, parts);
    };
    return { ...scenario, bundle, aux, info, identity, recheck, authority: issuerId(scenario.ca.platformCa.der) };
  }

  describe("revoked PCK certificates", () => {
    it("are not taken in when the list of now has them, whichever entry it is", async () => {
      const { ca, dcap } = await start();
      const pck = ca.pck();
      const others = [1n, 0x80n, 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff_ffffn];
      for (const [index, revoked] of [
        [pck.serial, ...others],
        [...others, pck.serial],
      ].entries()) {
        const list = ca.pckCrl({ revoked, thisUpdate: NOW - DAY + index });
        if (index === 0) {
          await dcap.call("updateRootCrl", ca.rootCrl());
          await dcap.call("addIssuer", ca.platformCa.der);
        }
        await dcap.call("updatePckCrl", list, issuerId(ca.platformCa.der));
        expect(await refusal(dcap, dcap.call("addPck", pck.der, issuerId(ca.platformCa.der), list))).to.equal(
          "DcapCollateral_Revoked",
        );
      }
      const list = ca.pckCrl({ revoked: others, thisUpdate: NOW });
      await dcap.call("updatePckCrl", list, issuerId(ca.platformCa.der));
      await dcap.call("addPck", pck.der, issuerId(ca.platformCa.der), list);
    });

    it("fall by a newer list that anybody shows, and stay fallen when the next one has them no more", async () => {
      const { ca, dcap, bundle, aux, recheck, authority } = await loaded();
      const { pck } = bundle;
      const list = ca.pckCrl({ revoked: [5n, pck.serial], thisUpdate: NOW });
      await dcap.call("updatePckCrl", list, authority);
      // Until it is held against the new list it counts as long as the old one said.
      expect((await verify(dcap, bundle.quote, aux)).tcbStatus).to.equal(0n);
      await dcap.call("refreshPck", pck.der, list);
      expect(await refusal(dcap, verify(dcap, bundle.quote, aux))).to.equal("DcapVerifier_OutOfDate");
      expect((await recheck()).validUntil).to.equal(0n);

      const cleared = ca.pckCrl({ thisUpdate: NOW - 1 });
      expect(await refusal(dcap, dcap.call("updatePckCrl", cleared, authority))).to.equal("DcapCollateral_NotNewer");
      expect(await refusal(dcap, dcap.call("refreshPck", pck.der, list))).to.equal("DcapCollateral_Revoked");
      expect(await refusal(dcap, dcap.call("addPck", pck.der, authority, list))).to.equal(
        "DcapCollateral_AlreadyKnown",
      );
    });

    it("stay fallen in later lists without them", async () => {
      const { ca, chain, dcap, bundle, aux, authority } = await loaded();
      const { pck } = bundle;
      const list = ca.pckCrl({ revoked: [pck.serial], thisUpdate: NOW });
      await dcap.call("updatePckCrl", list, authority);
      await dcap.call("refreshPck", pck.der, list);
      await chain.at(NOW + 10);
      const cleared = ca.pckCrl({ thisUpdate: NOW + 5 });
      await dcap.call("updatePckCrl", cleared, authority);
      expect(await refusal(dcap, dcap.call("refreshPck", pck.der, cleared))).to.equal("DcapCollateral_Revoked");
      expect(await refusal(dcap, verify(dcap, bundle.quote, aux))).to.equal("DcapVerifier_OutOfDate");
    });

    it("are looked for in the list of now only, as it was signed", async () => {
      const { ca, dcap, bundle, authority } = await loaded();
      const newer = ca.pckCrl({ thisUpdate: NOW });
      await dcap.call("updatePckCrl", newer, authority);
      const pck = ca.pck();
      for (const wrong of [bundle.pckCrl, Buffer.concat([newer, Buffer.of(0)]), Buffer.alloc(0)]) {
        expect(await refusal(dcap, dcap.call("addPck", pck.der, authority, wrong))).to.equal("DcapCollateral_WrongCrl");
        expect(await refusal(dcap, dcap.call("refreshPck", bundle.pck.der, wrong))).to.equal("DcapCollateral_WrongCrl");
      }
    });

    it("that are not revoked live on by the newer list", async () => {
      const { ca, chain, dcap, bundle, aux, authority } = await loaded((ca) => ({
        pckCrl: ca.pckCrl({ nextUpdate: NOW + DAY }),
      }));
      expect((await verify(dcap, bundle.quote, aux)).validUntil).to.equal(BigInt(NOW + DAY));
      await chain.at(NOW + DAY + 1);
      expect(await refusal(dcap, verify(dcap, bundle.quote, aux))).to.equal("DcapVerifier_OutOfDate");
      const list = ca.pckCrl({ thisUpdate: NOW + DAY, nextUpdate: NOW + 20 * DAY });
      await dcap.call("updatePckCrl", list, authority);
      await dcap.call("refreshPck", bundle.pck.der, list);
      expect((await verify(dcap, bundle.quote, aux)).validUntil).to.equal(BigInt(NOW + 20 * DAY));
      expect(await refusal(dcap, dcap.call("refreshPck", bundle.pck.der, list))).to.equal("DcapCollateral_NotNewer");
    });
  });

  describe("the root's revocation list", () => {
    it("takes issuers from those who hold on to them: PCK certificates, TCB info, and what they would issue", async () => {
      for (const which of ["platformCa", "signer"] as const) {
        const { ca, dcap, bundle, aux, recheck, authority } = await loaded();
        const issuer = ca[which];
        await dcap.call("updateRootCrl", ca.rootCrl({ revoked: [3n, issuer.serial], thisUpdate: NOW }));
        expect(await refusal(dcap, verify(dcap, bundle.quote, aux))).to.equal("DcapVerifier_OutOfDate");
        expect((await recheck()).validUntil).to.equal(0n);
        const info = signBody(ca.signer, tcbInfoText(NOW, { issued: NOW }));
        const refused =
          which === "signer"
            ? dcap.call("updateTcbInfo", info.body, info.signature, issuerId(issuer.der))
            : dcap.call("updatePckCrl", ca.pckCrl({ thisUpdate: NOW }), authority);
        expect(await refusal(dcap, refused)).to.equal("DcapCollateral_Revoked");
      }
    });

    it("holds for issuers that come later, and for good", async () => {
      const { ca, chain, dcap } = await start();
      await dcap.call("updateRootCrl", ca.rootCrl({ revoked: [ca.signer.serial] }));
      expect(await refusal(dcap, dcap.call("addIssuer", ca.signer.der))).to.equal("DcapCollateral_Revoked");
      await chain.at(NOW + 10);
      await dcap.call("updateRootCrl", ca.rootCrl({ thisUpdate: NOW + 5 }));
      expect(await refusal(dcap, dcap.call("addIssuer", ca.signer.der))).to.equal("DcapCollateral_Revoked");
    });

    it("takes every certificate with a serial number: Intel renewed the one that signs TCB info under the same", async () => {
      for (const first of [true, false]) {
        const { ca, dcap } = await start();
        const renewed = ca.issue({ ...ca.signer, notAfter: NOW + 1_000 * DAY });
        expect(renewed.serial).to.equal(ca.signer.serial);
        const bundle = syntheticBundle(ca);
        if (first) await dcap.call("addIssuer", renewed.der);
        const { aux } = await loadBundle(dcap, bundle);
        if (!first) await dcap.call("addIssuer", renewed.der);
        await dcap.call("updateRootCrl", ca.rootCrl({ revoked: [ca.signer.serial], thisUpdate: NOW }));
        for (const { der } of [ca.signer, renewed]) {
          expect((await dcap.collateral.getFunction("issuerOf")(issuerId(der))).revoked).to.equal(true);
        }
        expect(await refusal(dcap, verify(dcap, bundle.quote, aux))).to.equal("DcapVerifier_OutOfDate");
      }
    });

    it("is needed: without one that is in force nothing counts", async () => {
      const { ca, dcap } = await start();
      const authority = issuerId(ca.platformCa.der);
      const [pck, crl] = [ca.pck(), ca.pckCrl()];
      for (const issuer of [ca.platformCa, ca.signer]) await dcap.call("addIssuer", issuer.der);
      await dcap.call("updatePckCrl", crl, authority);
      const info = signBody(ca.signer, tcbInfoText(NOW));
      for (const sent of [
        dcap.call("addPck", pck.der, authority, crl),
        dcap.call("updateTcbInfo", info.body, info.signature, issuerId(ca.signer.der)),
      ]) {
        expect(await refusal(dcap, sent)).to.equal("DcapCollateral_OutOfDate");
      }
    });
  });

  describe("what is older, or not Intel's", () => {
    it("older dates and lower evaluation numbers are refused; a lower number with a newer date too", async () => {
      const { ca, dcap } = await loaded();
      const signer = issuerId(ca.signer.der);
      for (const dates of [
        { issued: NOW - DAY - 1 },
        { issued: NOW, evaluation: 16 },
        { issued: NOW - DAY - 1, evaluation: 18 },
      ]) {
        const info = signBody(ca.signer, tcbInfoText(NOW, dates));
        const identity = signBody(ca.signer, identityText(NOW, dates));
        expect(await refusal(dcap, dcap.call("updateTcbInfo", info.body, info.signature, signer))).to.equal(
          "DcapCollateral_NotNewer",
        );
        expect(await refusal(dcap, dcap.call("updateQeIdentity", identity.body, identity.signature, signer))).to.equal(
          "DcapCollateral_NotNewer",
        );
      }
      const info = signBody(ca.signer, tcbInfoText(NOW, { issued: NOW, evaluation: 18 }));
      await dcap.call("updateTcbInfo", info.body, info.signature, signer);
    });

    it("lists: an older date, the same date, or a lower number", async () => {
      const { ca, dcap, authority, bundle } = await loaded((ca) => ({
        pckCrl: ca.pckCrl({ number: 5 }),
        rootCrl: ca.rootCrl({ number: 5 }),
      }));
      for (const list of [
        { thisUpdate: NOW - DAY - 1, number: 6 },
        { thisUpdate: NOW - DAY, number: 6 },
        { thisUpdate: NOW, number: 4 },
      ]) {
        expect(await refusal(dcap, dcap.call("updatePckCrl", ca.pckCrl(list), authority))).to.equal(
          "DcapCollateral_NotNewer",
        );
        expect(await refusal(dcap, dcap.call("updateRootCrl", ca.rootCrl(list)))).to.equal("DcapCollateral_NotNewer");
      }
      expect(await refusal(dcap, dcap.call("updatePckCrl", bundle.pckCrl, authority))).to.equal(
        "DcapCollateral_NotNewer",
      );
    });

    it("another key's signature, a cut one, a changed body: nothing gets in, and nothing is locked out by it", async () => {
      const { ca, dcap } = await loaded();
      const signer = issuerId(ca.signer.der);
      const text = tcbInfoText(NOW, { issued: NOW, evaluation: 4_000_000 });
      const forged = signBody({ ...ca.signer, key: newKey() }, text);
      const genuine = signBody(ca.signer, tcbInfoText(NOW, { issued: NOW }));
      const changed = Buffer.from(genuine.body);
      changed[changed.indexOf("17") + 1] = 0x38;
      for (const [body, signature] of [
        [forged.body, forged.signature],
        [changed, genuine.signature],
        [genuine.body, genuine.signature.subarray(1)],
        [genuine.body, Buffer.alloc(64)],
        [genuine.body, Buffer.concat([genuine.signature, Buffer.of(0)])],
      ] as const) {
        expect(await refusal(dcap, dcap.call("updateTcbInfo", body, signature, signer))).to.equal(
          "DcapCollateral_BadSignature",
        );
      }
      const stranger = { ...ca.platformCa, key: newKey() };
      expect(
        await refusal(
          dcap,
          dcap.call("updatePckCrl", ca.pckCrl({ thisUpdate: NOW }, stranger), issuerId(ca.platformCa.der)),
        ),
      ).to.equal("DcapCollateral_WrongIssuer");
      await dcap.call("updateTcbInfo", genuine.body, genuine.signature, signer);
    });

    it("high S and low S count the same", async () => {
      const { ca, dcap } = await loaded();
      const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
      const { body, signature } = signBody(ca.signer, tcbInfoText(NOW, { issued: NOW }));
      const s = order - BigInt(`0x${signature.subarray(32).toString("hex")}`);
      const other = Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, "0"), "hex")]);
      await dcap.call("updateTcbInfo", body, other, issuerId(ca.signer.der));
    });

    it("what is known already is said to be", async () => {
      const { ca, dcap, bundle, authority } = await loaded();
      expect(await refusal(dcap, dcap.call("addIssuer", ca.signer.der))).to.equal("DcapCollateral_AlreadyKnown");
      expect(await refusal(dcap, dcap.call("addPck", bundle.pck.der, authority, bundle.pckCrl))).to.equal(
        "DcapCollateral_AlreadyKnown",
      );
      const unknown = ca.pck();
      expect(await refusal(dcap, dcap.call("refreshPck", unknown.der, bundle.pckCrl))).to.equal(
        "DcapCollateral_UnknownPck",
      );
      const stranger = `0x${"77".repeat(10)}`;
      expect(await refusal(dcap, dcap.call("addPck", unknown.der, stranger, bundle.pckCrl))).to.equal(
        "DcapCollateral_UnknownIssuer",
      );
    });
  });

  describe("the same body again", () => {
    it("counts longer once the root's list or the signer's certificate was renewed, and never shorter", async () => {
      const { ca, dcap, bundle, aux } = await loaded((ca) => ({ rootCrl: ca.rootCrl({ nextUpdate: NOW + DAY }) }));
      const { tcbInfo, qeIdentity } = bundle;
      const again = (signer: Buffer) =>
        dcap
          .call("updateTcbInfo", tcbInfo.body, tcbInfo.signature, issuerId(signer))
          .then(() => dcap.call("updateQeIdentity", qeIdentity.body, qeIdentity.signature, issuerId(signer)));
      expect(await refusal(dcap, again(ca.signer.der))).to.equal("DcapCollateral_NotNewer");
      await dcap.call("updateRootCrl", ca.rootCrl({ thisUpdate: NOW, nextUpdate: NOW + 300 * DAY }));
      await again(ca.signer.der);
      // The certificate was held against lists of which the root's ends: it is held against them anew.
      expect((await verify(dcap, bundle.quote, aux)).validUntil).to.equal(BigInt(NOW + DAY));
      await dcap.call("refreshPck", bundle.pck.der, bundle.pckCrl);
      expect((await verify(dcap, bundle.quote, aux)).validUntil).to.equal(BigInt(NOW + 29 * DAY));

      // The same key under a certificate that ends earlier would shorten it.
      const short = ca.issue({ ...ca.signer, serial: 99n, notAfter: NOW + 2 * DAY });
      await dcap.call("addIssuer", short.der);
      expect(await refusal(dcap, again(short.der))).to.equal("DcapCollateral_NotNewer");
    });

    it("under the renewed certificate of its signer outlives the first one", async () => {
      const { ca, dcap } = await start();
      const short = ca.issue({ ...ca.signer, serial: 99n, notAfter: NOW + 2 * DAY });
      const bundle = syntheticBundle({ ...ca, signer: short });
      const { aux } = await loadBundle(dcap, bundle);
      expect((await verify(dcap, bundle.quote, aux)).validUntil).to.equal(BigInt(NOW + 2 * DAY));
      await dcap.call("addIssuer", ca.signer.der);
      const { tcbInfo, qeIdentity } = bundle;
      await dcap.call("updateTcbInfo", tcbInfo.body, tcbInfo.signature, issuerId(ca.signer.der));
      await dcap.call("updateQeIdentity", qeIdentity.body, qeIdentity.signature, issuerId(ca.signer.der));
      expect((await verify(dcap, bundle.quote, aux)).validUntil).to.equal(BigInt(NOW + 29 * DAY));
    });

    it("another body of the same date is not the same", async () => {
      const { ca, dcap } = await loaded((ca) => ({ rootCrl: ca.rootCrl({ nextUpdate: NOW + DAY }) }));
      await dcap.call("updateRootCrl", ca.rootCrl({ thisUpdate: NOW, nextUpdate: NOW + 300 * DAY }));
      const info = signBody(ca.signer, tcbInfoText(NOW, { levels: [{ status: "OutOfDate" }] }));
      expect(
        await refusal(dcap, dcap.call("updateTcbInfo", info.body, info.signature, issuerId(ca.signer.der))),
      ).to.equal("DcapCollateral_NotNewer");
    });
  });

  describe("recheck, by the collateral of now", () => {
    const renew = async ({ ca, dcap }: Scenario, levels: readonly { svns?: number[]; status: string }[]) => {
      const info = signBody(ca.signer, tcbInfoText(NOW, { issued: NOW, levels }));
      return (await dcap.updateTcbInfo(info.body, info.signature, ca.signer.der)).packed;
    };

    it("gives the status of now, and 0 for a level that Intel revoked or has no more", async () => {
      const scenario = await loaded();
      const [validUntil, status] = await scenario.recheck();
      expect([validUntil, status]).to.deep.equal([BigInt(NOW + 29 * DAY), 0n]);
      for (const [levels, expected] of [
        [[{ status: "OutOfDate" }], [BigInt(NOW + 29 * DAY), 4n]],
        [[{ status: "Revoked" }], [0n, 6n]],
        [[{ svns: Array<number>(16).fill(255), status: "UpToDate" }], [0n, 6n]],
      ] as const) {
        const fresh = await loaded();
        const packed = await renew(fresh, levels as never);
        expect([...(await fresh.recheck(packed))]).to.deep.equal(expected);
        // With the collateral of before nobody gets another verdict.
        expect(await refusal(fresh.dcap, fresh.recheck())).to.equal("DcapVerifier_InvalidAux");
      }
    });

    it("falls when the quoting enclave is one of Intel's no more", async () => {
      const { ca, dcap, recheck, info } = await loaded();
      const text = identityText(NOW, { issued: NOW }).replace(
        /"mrsigner":"[0-9A-F]{64}"/,
        `"mrsigner":"${"AB".repeat(32)}"`,
      );
      const { body, signature } = signBody(ca.signer, text);
      const { packed } = await dcap.updateQeIdentity(body, signature, ca.signer.der);
      expect((await recheck(info, packed)).validUntil).to.equal(0n);
    });

    it("does not fall for a foreign basis, cut parts, or lengths beyond the end", async () => {
      const { dcap, bundle, info, identity } = await loaded();
      const { basisId, aux } = dcapRecheck(bundle.quote, { tcbInfo: info as Hex, identity: identity as Hex });
      const recheck = (id: string, data: string) => dcap.verifier.getFunction("recheck")(id, data);
      for (const data of [
        "0x",
        "0x00",
        "0xffff",
        "0xfffe00",
        "0xffff00",
        aux.slice(0, -2),
        aux.slice(0, 100),
        `${aux}00`,
      ]) {
        expect(await refusal(dcap, recheck(basisId, data))).to.equal("DcapVerifier_InvalidAux");
      }
      expect(await refusal(dcap, recheck(keccak256("0x01"), aux))).to.equal("DcapVerifier_InvalidAux");
      // A second part whose length is beyond the end, or overflows.
      const head = aux.slice(0, 2 + 2 * (2 + 161));
      for (const length of ["ffff", "fffe", "0fff"]) {
        expect(await refusal(dcap, recheck(basisId, `${head}${length}00`))).to.equal("DcapVerifier_InvalidAux");
      }
    });
  });
});
