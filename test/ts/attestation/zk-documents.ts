import {
  authorityOf,
  chainIds,
  crlSubmission,
  decodeZkJournal,
  encodeZkJournal,
  splitZkEvidence,
  verifyZkJournal,
  type ZkJournal,
  zkEvidence,
  zkJournalOf,
  zkRecheck,
} from "@freehold/sdk/attestation";
import { expect } from "chai";
import { getBytes, hexlify, id, keccak256, sha256, ZeroHash } from "ethers";
import { errorOf } from "../model/utils/errors.ts";
import { makeChain, makeCrl, type Overrides, type TestChain } from "./utils/authority.ts";
import { concat } from "./utils/der.ts";
import { bytesOf, makeDocument, map, pcr, uint } from "./utils/document.ts";
import { Random } from "./utils/fuzz.ts";
import { auxFor, cacheChain, chainAt, deployNitro, GAS, goTo, type Nitro } from "./utils/nitro.ts";
import { deployZk, fieldsOf, PROGRAM, proofOf, prove, proveBytes, ROUTE, SYSTEMS, systems } from "./utils/zk.ts";

const AT = 1_800_000_000;
const OTHER = "0x11223344";
/** Serial number of the one child that the root revokes: all others have another. */
const CHILD = 7001n;

type Deployed = Awaited<ReturnType<typeof deployZk>>;

for (const system of systems) {
  describe(`documents of a synthetic authority, by a proof of ${system}`, () => {
    let nitro: Nitro;
    let zk: Deployed;
    let count = 0;

    before(async () => {
      const connection = await chainAt(AT - 1000);
      nitro = await deployNitro(connection, makeChain(AT).certificates[0]!);
      zk = await deployZk(connection, nitro.store, system);
      await goTo(connection, AT + 10);
    });

    after(() => nitro.connection.close());

    const newChain = (overrides: Overrides = {}) => makeChain(AT, overrides, `${system} ${count++}`);
    const verify = (evidence: Uint8Array, { verifier } = zk) => verifier.verify.staticCall(evidence, "0x");
    const refused = (evidence: Uint8Array, error: string, adapter = zk) =>
      expect(verify(evidence, adapter)).to.be.revertedWithCustomError(adapter.verifier, error);
    const recheckOf = (evidence: Uint8Array) => zkRecheck(splitZkEvidence(evidence).journal);

    it("the same report by both routes; the root is a test's", async () => {
      const document = makeDocument(newChain());
      const report = fieldsOf(await verify(await prove(zk, document)));
      const direct = await nitro.verifier.verify.staticCall(document, await auxFor(nitro, document), GAS);
      expect({ ...report, basisId: "" }).to.deep.equal({ ...fieldsOf(direct), basisId: "" });
      expect(await zk.verifier.isDevelopment()).to.equal(true);
    });

    describe("revoked in the store", () => {
      /** Has an authority revoke what is below it; of the chain only the certificates down to that authority are cached. */
      async function revokeBelow(chain: TestChain, level: number) {
        const { names, keys, certificates } = chain;
        const serials = [level === 0 ? CHILD : BigInt(1001 + level)];
        const fields = { issuer: names[level]!, issuerKey: keys[level]!, thisUpdate: AT - 100, serials };
        // The root is everybody's: each of its lists is newer than the last.
        const list = makeCrl({ ...fields, number: BigInt(1 + count) });
        const above = certificates.slice(0, level + 1);
        const ids = level === 0 ? chainIds(above) : await cacheChain(nitro, above);
        const [der, authority, shown, hints, max] = crlSubmission(list, ids.at(-1) as never, certificates[level]!);
        await nitro.store.submitCrl(der, authority, shown, hints, max, GAS);
        return [authorityOf(certificates[level]!), serials[0]!] as const;
      }

      const LEVELS = { "the leaf": 3, "the instance's certificate": 2, "the zonal one": 1, "the root's child": 0 };
      for (const [name, level] of Object.entries(LEVELS)) {
        it(`${name}: refused before the store has ever seen it, and recheck says 0 of what was accepted earlier`, async () => {
          const chain = newChain(level === 0 ? { 1: { serial: CHILD } } : {});
          const evidence = await prove(zk, makeDocument(chain));
          const { basisId, aux } = recheckOf(evidence);
          expect((await verify(evidence)).basisId).to.equal(basisId);
          expect((await zk.verifier.recheck(basisId, aux)).validUntil).to.equal(BigInt(AT + 3 * 3600));
          const revoked = await revokeBelow(chain, level);
          const leafId = decodeZkJournal(splitZkEvidence(evidence).journal).leafId;
          expect((await nitro.store.certificateOf(leafId)).role).to.equal(0n);
          await refused(evidence, "ZkTeeVerifier_Revoked").withArgs(...revoked);
          expect(await zk.verifier.recheck(basisId, aux)).to.deep.equal([0n, 0n]);
          // Whatever is proven again changes nothing (regression: Automata's cache forgot revocations).
          await refused(await prove(zk, makeDocument(chain)), "ZkTeeVerifier_Revoked");
        });
      }
    });

    it("an ancestor that ends first ends the report", async () => {
      const chain = newChain({ 2: { notAfter: AT + 600 } });
      const evidence = await prove(zk, makeDocument(chain));
      expect((await verify(evidence)).validUntil).to.equal(BigInt(AT + 600));
    });

    it("an expired or a future ancestor: refused", async () => {
      const past = await prove(zk, makeDocument(newChain({ 1: { notAfter: AT + 5 } })));
      await refused(past, "ZkTeeVerifier_OutOfDate");
      const { basisId, aux } = recheckOf(past);
      expect(await zk.verifier.recheck(basisId, aux)).to.deep.equal([0n, 0n]);
      await refused(
        await prove(zk, makeDocument(newChain({ 1: { notBefore: AT + 86_400 } }))),
        "ZkTeeVerifier_OutOfDate",
      );
    });

    it("a document from outside of its chain's time, from the future, or without a time: refused", async () => {
      const ofTime = (ms: number) => prove(zk, makeDocument(newChain(), { timestamp: uint(ms) }));
      await refused(await ofTime((AT - 4) * 1000), "ZkTeeVerifier_OutsideChain");
      await refused(await ofTime((AT + 3 * 3600 + 1) * 1000), "ZkTeeVerifier_OutsideChain");
      await refused(await ofTime((AT + 3600) * 1000), "ZkTeeVerifier_FutureDocument");
      await refused(await ofTime(999), "ZkTeeVerifier_OutsideChain");
      // Seconds where milliseconds belong (Marlin's error) are of 1970.
      await refused(await ofTime(AT), "ZkTeeVerifier_OutsideChain");
    });

    it("a chain without a beginning does not make a document timeless", async () => {
      const evidence = await prove(zk, makeDocument(newChain()), { timestamp: 999, notBefore: 0 });
      await refused(evidence, "ZkTeeVerifier_OutsideChain");
    });

    it("debug mode: any zero register refuses it", async () => {
      const document = makeDocument(newChain());
      for (const zero of [0, 1, 2]) {
        const pcrs = zkJournalOf(document).pcrs.map((register, i) => (i === zero ? new Uint8Array(48) : register));
        await refused(await prove(zk, document, { pcrs }), "ZkTeeVerifier_DebugMode");
        const almost = pcrs.map((register, i) => (i === zero ? Uint8Array.of(...register.subarray(1), 1) : register));
        await verify(await prove(zk, document, { pcrs: almost }));
      }
    });

    it("a foreign root: refused", async () => {
      const evidence = await prove(zk, makeDocument(newChain()), { rootHash: id("another root") as `0x${string}` });
      await refused(evidence, "ZkTeeVerifier_ForeignRoot");
    });

    it("a program that says of a cached leaf what the store does not: refused", async () => {
      const chain = newChain();
      const document = makeDocument(chain);
      const { links, leafId, notAfter, notBefore } = zkJournalOf(document);
      const lies: Partial<ZkJournal>[] = [
        { notAfter: notAfter + 86_400 },
        { notBefore: notBefore - 1 },
        { links: links.slice(1) },
        { links: [...links.slice(0, 3), { ...links[3]!, serial: 7n }] },
      ];
      const proven = [];
      for (const lie of lies) proven.push(await prove(zk, document, lie));
      for (const evidence of proven) await verify(evidence);
      const ids = await cacheChain(nitro, chain.certificates);
      expect(ids.at(-1)).to.equal(leafId);
      for (const evidence of proven) {
        await refused(evidence, "ZkTeeVerifier_ContradictsStore").withArgs(leafId);
        const { basisId, aux } = recheckOf(evidence);
        expect(await zk.verifier.recheck(basisId, aux)).to.deep.equal([0n, 0n]);
      }
      await refused(await prove(zk, document, { leafId: ids[3] as never }), "ZkTeeVerifier_ContradictsStore");
      await verify(await prove(zk, document));
    });

    describe("proofs", () => {
      let journal: Uint8Array;
      let evidence: Uint8Array;

      beforeEach(async () => {
        journal = encodeZkJournal(zkJournalOf(makeDocument(newChain())));
        evidence = await proveBytes(zk, journal);
      });

      it("of another program: refused", async () => {
        const own = encodeZkJournal(zkJournalOf(makeDocument(newChain())));
        await refused(await proveBytes(zk, own, id("another program") as never), "ZkTeeVerifier_InvalidProof");
      });
      it("of another journal: refused, whatever bit of it differs", async () => {
        const random = new Random(17);
        await verify(evidence);
        for (let i = 0; i < 60; i++) {
          const swapped = Uint8Array.from(evidence);
          swapped[random.below(journal.length)]! ^= 1 << random.below(8);
          await expect(verify(swapped), `case ${i}`).to.revert(nitro.connection.ethers);
        }
        const other = encodeZkJournal(zkJournalOf(makeDocument(newChain())));
        await refused(concat(other, proofOf(journal)), "ZkTeeVerifier_InvalidProof");
      });
      it("with bytes behind them, or without some: refused", async () => {
        await refused(concat(evidence, Uint8Array.of(0)), "ZkTeeVerifier_InvalidProof");
        await refused(evidence.subarray(0, evidence.length - 1), "ZkTeeVerifier_InvalidProof");
        await refused(concat(journal, getBytes(ROUTE)), "ZkTeeVerifier_InvalidProof");
        await refused(concat(journal, getBytes(ROUTE).subarray(0, 3)), "ZkTeeVerifier_ForeignRoute");
        await refused(journal, "ZkTeeVerifier_ForeignRoute");
      });
      it("behind a journal that is short, long, or empty: refused", async () => {
        await refused(new Uint8Array(), "ZkTeeVerifier_Truncated");
        await refused(journal.subarray(0, 360), "ZkTeeVerifier_Truncated");
        await refused(journal.subarray(0, journal.length - 1), "ZkTeeVerifier_Truncated");
        await refused(await proveBytes(zk, journal.subarray(0, -1)), "ZkTeeVerifier_ForeignRoute");
        await refused(await proveBytes(zk, concat(journal, Uint8Array.of(0))), "ZkTeeVerifier_ForeignRoute");
      });
      it("of a chain of no certificate, or of seven: refused", async () => {
        for (const links of [0, 7, 255]) {
          const changed = concat(journal.subarray(0, 361), new Uint8Array(64 * links));
          changed[360] = links;
          await refused(await proveBytes(zk, changed), "ZkTeeVerifier_InvalidChainLength");
        }
      });
      it("of a journal of another type: refused", async () => {
        await refused(await proveBytes(zk, concat(pcr(1, 32), journal.subarray(32))), "ZkTeeVerifier_UnknownJournal");
      });
      it("of times beyond 64 bits' half: no wrap makes them valid", async () => {
        for (const offset of [304, 344, 352]) {
          const dirty = Uint8Array.from(journal);
          dirty[offset] = 0xff;
          const error = { 304: "OutsideChain", 344: "OutOfDate" }[offset as 304];
          const proven = await proveBytes(zk, dirty);
          if (error !== undefined) await refused(proven, `ZkTeeVerifier_${error}`);
          // It is what the program says: a chain without end.
          else expect((await verify(proven)).validUntil).to.equal((0xffn << 56n) + BigInt(AT + 3 * 3600));
        }
      });
      it("with an aux: refused", async () => {
        await expect(zk.verifier.verify.staticCall(evidence, "0x00"))
          .to.be.revertedWithCustomError(zk.verifier, "ZkTeeVerifier_UnexpectedAux")
          .withArgs(1);
      });
      it("random evidence is never accepted, and never panics", async () => {
        const random = new Random(384);
        const bytes = (length: number) => Uint8Array.from({ length }, () => random.below(256));
        for (let i = 0; i < 150; i++) {
          const start = random.pick([0, 32, 64, 361]);
          const tail = random.pick([new Uint8Array(), proofOf(journal), bytes(random.below(300))]);
          const made = concat(journal.subarray(0, start), bytes(random.below(800)), tail);
          if (made.length > 360 && random.below(2) === 0) made[360] = random.below(8);
          const error = await verify(made).catch((reason: unknown) => String(reason));
          expect(error, `case ${i}`).to.match(/reverted with custom error 'ZkTeeVerifier_/);
        }
      });
    });

    describe("recheck", () => {
      it("wants what belongs to the basis", async () => {
        const [mine, other] = [await prove(zk, makeDocument(newChain())), await prove(zk, makeDocument(newChain()))];
        const { basisId, aux } = recheckOf(mine);
        expect(await zk.verifier.recheck(basisId, aux)).to.deep.equal([BigInt(AT + 3 * 3600), 0n]);
        for (const foreign of [recheckOf(other).aux, "0x", `${aux}00`, aux.slice(0, -2)]) {
          await expect(zk.verifier.recheck(basisId, foreign))
            .to.be.revertedWithCustomError(zk.verifier, "ZkTeeVerifier_ForeignAux")
            .withArgs(basisId);
        }
        const short = zk.verifier.recheck(keccak256("0x"), "0x");
        await expect(short).to.be.revertedWithCustomError(zk.verifier, "ZkTeeVerifier_Truncated");
      });
      it("does not ask who may freeze the route: he has no hold of anybody's stake", async () => {
        const own = await deployZk(nitro.connection, nitro.store, system);
        const { basisId, aux } = recheckOf(await prove(own, makeDocument(newChain())));
        await own.gateway.getFunction("setRoute")(ROUTE, own.prover, true);
        expect((await own.verifier.recheck(basisId, aux)).validUntil).to.equal(BigInt(AT + 3 * 3600));
      });
    });

    describe("the third party's gateway", () => {
      let own: Deployed;
      let evidence: Uint8Array;
      let document: Uint8Array;

      beforeEach(async () => {
        own = await deployZk(nitro.connection, nitro.store, system);
        document = makeDocument(newChain());
        evidence = await prove(own, document);
        await verify(evidence, own);
      });

      const deploy = (name: string) => nitro.connection.ethers.deployContract(name);
      const adapter = (gateway: unknown, program: string = PROGRAM) =>
        nitro.connection.ethers.deployContract("ZkTeeVerifier", [
          SYSTEMS[system],
          gateway as string,
          ROUTE,
          program,
          nitro.store,
        ]);

      it("freezes its route: refused", async () => {
        await own.gateway.getFunction("setRoute")(ROUTE, own.prover, true);
        await refused(evidence, "ZkTeeVerifier_RouteClosed", own);
      });
      it("removes its route: refused", async () => {
        await own.gateway.getFunction("setRoute")(ROUTE, "0x".padEnd(42, "0"), false);
        await refused(evidence, "ZkTeeVerifier_RouteClosed", own);
      });
      it("leads its route elsewhere: refused, though the proof holds there and here", async () => {
        const other = await deploy("ZkVerifierStandIn");
        await own.gateway.getFunction("setRoute")(ROUTE, other, false);
        await prove({ ...own, prover: other }, document);
        await refused(evidence, "ZkTeeVerifier_RouteChanged", own);
      });
      it("adds a route later: its proofs are refused", async () => {
        const other = await deploy("ZkVerifierStandIn");
        await own.gateway.getFunction("setRoute")(OTHER, other, false);
        const journal = encodeZkJournal(zkJournalOf(document));
        const proof = proofOf(journal, OTHER);
        for (const prover of [own.prover, other]) await prover.getFunction("register")(PROGRAM, journal, proof);
        await refused(concat(journal, proof), "ZkTeeVerifier_ForeignRoute", own);
      });
      it("and another one's proofs have nothing to do with each other", async () => {
        await refused(evidence, "ZkTeeVerifier_InvalidProof");
      });
      it("gets new code behind the same address: refused", async () => {
        const code = await nitro.connection.provider.request({
          method: "eth_getCode",
          params: [await (await deploy("ScriptedAnswer")).getAddress(), "latest"],
        });
        const address = await own.prover.getAddress();
        await nitro.connection.provider.request({ method: "hardhat_setCode", params: [address, code] });
        await refused(evidence, "ZkTeeVerifier_RouteChanged", own);
      });
      it("answers nonsense, nothing, or reverts: refused", async () => {
        const gateway = await deploy("ScriptedAnswer");
        const word = (value: bigint | string) => BigInt(value).toString(16).padStart(64, "0");
        const prover = await own.prover.getAddress();
        const open = system === "SP1" ? word(prover) + word(0n) : word(prover);
        await gateway.getFunction("setAnswer")(`0x${open}`);
        const address = await (await adapter(gateway)).getAddress();
        const scripted = { ...own, verifier: own.verifier.attach(address) as typeof own.verifier };
        await verify(evidence, scripted);
        const dirty = word(BigInt(prover) | (1n << 160n)) + open.slice(64);
        for (const answer of ["", open.slice(2), `${open}00`, dirty, word(0n) + open.slice(64)]) {
          await gateway.getFunction("setAnswer")(`0x${answer}`);
          await refused(evidence, "ZkTeeVerifier_RouteClosed", scripted);
          await expect(adapter(gateway)).to.be.revertedWithCustomError(own.verifier, "ZkTeeVerifier_RouteClosed");
        }
        await gateway.getFunction("setRevert")();
        await refused(evidence, "ZkTeeVerifier_RouteClosed", scripted);
      });
      it("leads to a verifier that answers, be it true or false: refused", async () => {
        const [gateway, prover] = [await deploy("ZkGatewayStandIn"), await deploy("ScriptedAnswer")];
        await gateway.getFunction("setRoute")(ROUTE, prover, false);
        const address = await (await adapter(gateway)).getAddress();
        const scripted = { ...own, verifier: own.verifier.attach(address) as typeof own.verifier };
        await refused(evidence, "ZkTeeVerifier_InvalidProof", scripted);
        for (const answer of ["00", "01"]) {
          await prover.getFunction("setAnswer")(`0x${answer.padStart(64, "0")}`);
          await refused(evidence, "ZkTeeVerifier_InvalidProof", scripted);
        }
      });
      it("has no code, no route, or a verifier that takes anything: no adapter is deployed", async () => {
        const gateway = await deploy("ZkGatewayStandIn");
        const fails = (address: unknown, error: string) =>
          expect(adapter(address)).to.be.revertedWithCustomError(own.verifier, `ZkTeeVerifier_${error}`);
        await fails(`0x${"42".repeat(20)}`, "RouteClosed");
        await fails(gateway, "RouteClosed");
        await gateway.getFunction("setRoute")(ROUTE, `0x${"42".repeat(20)}`, false);
        await fails(gateway, "NoVerifier");
        await gateway.getFunction("setRoute")(ROUTE, own.prover, true);
        await fails(gateway, "RouteClosed");
        const credulous = await deploy("ScriptedAnswer");
        await credulous.getFunction("setAnswer")("0x");
        await gateway.getFunction("setRoute")(ROUTE, credulous, false);
        await fails(gateway, "CredulousVerifier");
        const noProgram = adapter(own.gateway, ZeroHash);
        await expect(noProgram).to.be.revertedWithCustomError(own.verifier, "ZkTeeVerifier_ZeroProgram");
      });
      it("is pinned, for everybody to see", async () => {
        const { verifier } = own;
        const prover = await own.prover.getAddress();
        const code = await nitro.connection.provider.request({ method: "eth_getCode", params: [prover, "latest"] });
        expect(await verifier.SYSTEM()).to.equal(BigInt(SYSTEMS[system]));
        expect(await verifier.GATEWAY()).to.equal(await own.gateway.getAddress());
        expect(await verifier.ROUTE()).to.equal(ROUTE);
        expect(await verifier.VERIFIER()).to.equal(prover);
        expect(await verifier.VERIFIER_CODE_HASH()).to.equal(keccak256(code as string));
        expect(await verifier.PROGRAM_ID()).to.equal(PROGRAM);
        expect(await verifier.STORE()).to.equal(await nitro.store.getAddress());
      });
    });
  });
}

describe("a zkVM's journal, in the SDK", () => {
  const chain = makeChain(AT);
  const rootSha256 = sha256(chain.certificates[0]!);
  const document = makeDocument(chain);
  const journal = zkJournalOf(document);
  const bytes = encodeZkJournal(journal);

  it("is read as it is written", () => {
    expect(decodeZkJournal(bytes)).to.deep.equal(journal);
    expect(bytes).to.have.length(361 + 4 * 64);
    const proof = proofOf(bytes);
    const split = splitZkEvidence(getBytes(zkEvidence(bytes, proof)));
    expect([hexlify(split.journal), hexlify(split.proof)]).to.deep.equal([hexlify(bytes), hexlify(proof)]);
  });

  it("that is cut, long, of another type, or without a proof is refused by type", async () => {
    const cases = [bytes.subarray(0, -1), concat(bytes, Uint8Array.of(0)), bytes.subarray(0, 360), new Uint8Array()];
    for (const damaged of [...cases, concat(pcr(7, 32), bytes.subarray(32))]) {
      expect(await errorOf(() => decodeZkJournal(damaged))).to.have.property("code", "BAD_EVIDENCE");
    }
    for (const links of [0, 7]) {
      const damaged = Uint8Array.from(bytes);
      damaged[360] = links;
      expect(await errorOf(() => splitZkEvidence(damaged))).to.have.property("code", "BAD_EVIDENCE");
    }
    for (const offset of [304, 344, 352]) {
      const damaged = Uint8Array.from(bytes);
      damaged[offset] = 0xff;
      expect(await errorOf(() => decodeZkJournal(damaged))).to.have.property("code", "BAD_EVIDENCE");
    }
    expect(await errorOf(() => zkEvidence(bytes, new Uint8Array(3)))).to.have.property("code", "BAD_EVIDENCE");
    const unfit: Partial<ZkJournal>[] = [{ pcrs: [] }, { links: [] }, { timestamp: -1 }, { notAfter: 1.5 }];
    for (const changes of unfit) {
      const error = await errorOf(() => encodeZkJournal({ ...journal, ...changes }));
      expect(error).to.have.property("code", "BAD_EVIDENCE");
    }
  });

  it("is compared with the document itself, and the first field that differs is named", async () => {
    const options = { at: AT + 10, rootSha256 };
    const report = await verifyZkJournal(bytes, document, options);
    expect(report.basisId).to.equal(zkRecheck(bytes).basisId);
    const lies: Partial<ZkJournal> = {
      binding: id("binding") as never,
      evidenceId: id("evidence") as never,
      leafId: id("leaf") as never,
      links: journal.links.map((link) => ({ ...link, serial: 5n })),
      notAfter: journal.notAfter + 1,
      notBefore: journal.notBefore - 1,
      pcrs: journal.pcrs.toReversed(),
      platformId: id("platform") as never,
      rootHash: id("root") as never,
      timestamp: journal.timestamp + 1,
    };
    expect(Object.keys(lies).sort()).to.deep.equal(Object.keys(journal).sort());
    for (const [field, value] of Object.entries(lies)) {
      const lie = encodeZkJournal({ ...journal, [field]: value });
      const error = await errorOf(() => verifyZkJournal(lie, document, options));
      expect(error).to.have.property("code", "BAD_EVIDENCE");
      expect(error).to.have.property("details").that.deep.equals({ field });
    }
    const debug = makeDocument(chain, { pcrs: map([0, 1, 2].map((i) => [uint(i), bytesOf(pcr(0))])) });
    expect(await errorOf(() => verifyZkJournal(bytes, debug, options))).to.have.property("code", "DEBUG_ENCLAVE");
  });
});
