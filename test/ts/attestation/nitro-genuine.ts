import { chainIds, crlSources, verifyNitroDocument } from "@freehold/sdk/attestation";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { errorOf } from "../model/utils/errors.ts";
import {
  auxFor,
  cacheChain,
  chainAt,
  deployNitro,
  GAS,
  goTo,
  type Nitro,
  nitroVectors,
  type Vector,
} from "./utils/nitro.ts";

const vectors = nitroVectors();

/** Store and verifier below AWS's root, some minutes before `at`. */
async function shortlyBefore(at: number): Promise<Nitro> {
  return deployNitro(await chainAt(at - 1000), vectors!.root);
}

(vectors === undefined ? describe.skip : describe)("genuine documents of AWS Nitro", () => {
  const windowed = vectors?.documents.filter(({ window }) => window !== undefined) ?? [];
  const valid = windowed.filter(({ isDebug }) => !isDebug) as Required<Vector>[];
  const debug = windowed.filter(({ isDebug }) => isDebug) as Required<Vector>[];

  it("are all there: valid ones, some of debug enclaves, and one that signed itself", () => {
    expect(valid.length).to.be.at.least(3);
    expect(debug.length).to.be.at.least(2);
    expect(vectors!.documents.length).to.equal(windowed.length + 1);
  });

  for (const { name, evidence, window } of valid) {
    describe(name, () => {
      const [first, last] = window;

      it("is refused a second before its window, and accepted at its first and last second only", async () => {
        const nitro = await shortlyBefore(first);
        const { verifier, connection } = nitro;
        const aux = await auxFor(nitro, evidence);
        await goTo(connection, first - 1);
        await expect(verifier.verify.staticCall(evidence, aux, GAS)).to.be.revertedWithCustomError(
          nitro.store,
          "NitroCertStore_OutOfDate",
        );
        await goTo(connection, first);
        const report = await verifier.verify.staticCall(evidence, aux, GAS);
        await verifier.verify(evidence, aux, GAS);
        const warm = await auxFor(nitro, evidence);
        await goTo(connection, last);
        expect(await verifier.verify.staticCall(evidence, warm, GAS)).to.deep.equal(report);
        expect(await verifier.recheck(report.basisId, "0x")).to.deep.equal([BigInt(last), 0n]);
        await goTo(connection, last + 1);
        await expect(verifier.verify.staticCall(evidence, warm, GAS))
          .to.be.revertedWithCustomError(nitro.store, "NitroCertStore_OutOfDate")
          .withArgs(first, last, last + 1);
        expect(await verifier.recheck(report.basisId, "0x")).to.deep.equal([0n, 0n]);
        await connection.close();
      });

      it("is judged by the contracts as by the SDK's libraries", async () => {
        const nitro = await shortlyBefore(first);
        await goTo(nitro.connection, first + 60);
        const aux = await auxFor(nitro, evidence);
        const report = await nitro.verifier.verify.staticCall(evidence, aux, GAS);
        const opinion = await verifyNitroDocument(evidence, { at: first + 60 });
        expect(report.teeType).to.equal(1n);
        expect(report.measurementId).to.equal(opinion.measurementId);
        expect(report.binding).to.equal(opinion.binding).and.to.equal(ZeroHash);
        expect(report.evidenceId).to.equal(opinion.evidenceId);
        expect(report.issuedAt).to.equal(BigInt(opinion.issuedAt));
        expect(report.validUntil).to.equal(BigInt(opinion.validUntil)).and.to.equal(BigInt(last));
        expect(report.tcbStatus).to.equal(0n);
        expect(report.platformId).to.equal(opinion.platformId);
        expect(report.basisId).to.equal(opinion.basisId);
        expect(await nitro.verifier.isDevelopment()).to.equal(false);
        for (const at of [first - 1, last + 1]) {
          expect(await errorOf(() => verifyNitroDocument(evidence, { at }))).to.have.property("code", "OUT_OF_DATE");
        }
        await nitro.connection.close();
      });
    });
  }

  for (const { name, evidence, window } of debug) {
    it(`${name}: refused by name, on the chain and off it`, async () => {
      const nitro = await shortlyBefore(window[0]);
      await goTo(nitro.connection, window[0] + 60);
      const aux = await auxFor(nitro, evidence);
      await expect(nitro.verifier.verify.staticCall(evidence, aux, GAS)).to.be.revertedWithCustomError(
        nitro.verifier,
        "NitroVerifier_DebugMode",
      );
      const opinion = await errorOf(() => verifyNitroDocument(evidence, { at: window[0] + 60 }));
      expect(opinion).to.have.property("code", "DEBUG_ENCLAVE");
      await nitro.connection.close();
    });
  }

  it("blocky-selfsigned: refused, having no chain", async () => {
    const { evidence } = vectors!.documents.find(({ name }) => name === "blocky-selfsigned")!;
    const nitro = await shortlyBefore(1_713_379_906);
    await expect(nitro.verifier.verify.staticCall(evidence, "0x", GAS)).to.be.revertedWithCustomError(
      nitro.verifier,
      "Cbor_UnexpectedType",
    );
    const opinion = await errorOf(() => verifyNitroDocument(evidence, { at: 1_713_379_906 }));
    expect(opinion).to.have.property("code", "BAD_EVIDENCE");
    await nitro.connection.close();
  });

  it("chain of April 2026: names where AWS publishes the lists of root and region", () => {
    const [root, regional] = vectors!.chain;
    const [rootId, regionalId] = chainIds(vectors!.chain);
    const zonal = "http://crl-us-east-1-aws-nitro-enclaves.s3.us-east-1.amazonaws.com/crl/";
    expect(crlSources(vectors!.chain)).to.deep.equal([
      {
        url: "http://aws-nitro-enclaves-crl.s3.amazonaws.com/crl/ab4960cc-7d63-42bd-9e9f-59338cb67f84.crl",
        authorityId: rootId,
        authorityDer: root,
        authorityChain: [root],
      },
      {
        url: `${zonal}c3e553e2-696c-4f50-8b38-d5faef060f31.crl`,
        authorityId: regionalId,
        authorityDer: regional,
        authorityChain: [root, regional],
      },
    ]);
  });

  it("chain of April 2026: cached, an S of 47 bytes among it, until its narrowest certificate ends", async () => {
    const at = 1_775_145_600;
    const last = Date.parse("2026-04-03T15:04:15Z") / 1000;
    const nitro = await shortlyBefore(at);
    await goTo(nitro.connection, at);
    const ids = await cacheChain(nitro, vectors!.chain);
    const [notBefore, notAfter, revoked] = await nitro.store.statusOf(ids.at(-1)!);
    expect(notBefore).to.equal(BigInt(Date.parse("2026-04-02T15:04:15Z") / 1000));
    expect([notAfter, revoked]).to.deep.equal([BigInt(last), false]);
    const { depth, pathLength, role } = await nitro.store.certificateOf(ids.at(-1)!);
    expect([depth, pathLength, role]).to.deep.equal([3n, 0n, 1n]);
    await nitro.connection.close();
  });
});
