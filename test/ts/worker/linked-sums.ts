import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  anchor,
  constraintsOf,
  developmentLinkKey,
  developmentSetup,
  encodeCommitKey,
  encodeKey,
  encodeLinkKey,
  inferenceCircuit,
  type ProvingKey,
  verifyingKey,
  weightsElements,
} from "@freehold/circuits";
import { CircuitKind, circuitIdOf, circuitOf, type Hex } from "@freehold/sdk";
import { developmentProvider } from "@freehold/worker";
import { expect } from "chai";
import { keccak256 } from "ethers";
import { Enclave } from "../../../worker/dist/enclave/enclave.js";
import type { KeyStore } from "../../../worker/dist/enclave/keys.js";
import { WorkerError } from "../../../worker/dist/errors.js";
import { ProvingKeys } from "../../../worker/dist/proofs/keys.js";
import { ProofThread } from "../../../worker/dist/proofs/prover.js";
import { LinkedSums, type SumParts, type SumSubject } from "../../../worker/dist/proofs/sums.js";
import type { SumName } from "../../../worker/dist/store/index.js";
import { randomModel } from "../circuits/models.ts";
import { SHAPE } from "../proofs/utils/kits.ts";
import { hash, IDENTITY } from "./harness/completion.ts";
import { until } from "./harness/wait.ts";

const circuit = circuitOf(CircuitKind.Inference, SHAPE, 2);
const circuitId = circuitIdOf(circuit);
const VERIFIER: Hex = `0x${"7e".repeat(20)}`;
const log = { info() {}, warn() {}, error() {} } as unknown as SumParts["log"];

describe("worker: keys and sums of tier 2", function () {
  this.timeout(60_000);
  const thread = new ProofThread(0);
  let directory: string;
  let key: ProvingKey;
  let files: Record<"key" | "link" | "foreign", Uint8Array>;
  let keyHash: Hex;
  let enclave: Enclave;
  let model: SumSubject["model"];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "freehold-sums-"));
    key = await developmentSetup(constraintsOf(inferenceCircuit(SHAPE, 2)));
    const link = await developmentLinkKey(key);
    const foreign = await developmentLinkKey(key, { seed: "somebody else's" });
    files = { key: encodeKey(key), link: encodeLinkKey(link), foreign: encodeLinkKey(foreign) };
    keyHash = keccak256(encodeCommitKey(verifyingKey(key), link)) as Hex;
    enclave = await Enclave.open(developmentProvider(), { load: async () => [] } as unknown as KeyStore, IDENTITY);
    const [weights, blinder] = [randomModel(SHAPE, 1), 11n];
    model = { shape: SHAPE, weights, blinder, anchor: await anchor(weightsElements(SHAPE, weights), blinder) };
  });
  after(async () => {
    await thread.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** What a node without a key of this circuit says, once it has looked. */
  const keysIn = async ({ mayDevelop = false, isOfFactory = true } = {}) => {
    const chain = { pinnedVerifier: async () => ({ address: VERIFIER, keyHash, isOfFactory }) };
    const keys = new ProvingKeys({ directory, mayDevelop, chain, thread, log });
    const missing = () => keys.missing(circuitId, SHAPE);
    await until(async () => missing() !== "its proving key is being read", "the look for the key");
    return { keys, why: missing() };
  };

  it("a key of tier 2 is taken with the link key that is pinned with it, and with no other", async () => {
    const put = (name: string, bytes: Uint8Array) => writeFile(join(directory, `${circuitId}.${name}`), bytes);
    expect((await keysIn()).why).to.match(/there is no .*\.key/);
    await put("key", files.key);
    expect((await keysIn({ mayDevelop: true })).why).to.match(/there is .*\.key and no .*\.link/);
    await put("link", files.foreign);
    expect((await keysIn()).why).to.match(/\.key with .*\.link has hash 0x.*, the chain pins 0x/);
    await put("link", Uint8Array.of(1, 2, 3));
    expect((await keysIn()).why).to.match(/cannot be used: the link's key/);
    await put("link", files.link);
    const { keys, why } = await keysIn();
    expect(why).to.equal(undefined);
    expect(keys.linkOf(circuitId)).to.deep.equal(files.link);
  });

  it("attack: a verifier that the factory did not make, under the right key, may take anybody's links: the node takes no work for it", async () => {
    expect((await keysIn({ mayDevelop: true, isOfFactory: false })).why).to.match(
      new RegExp(`its verifier ${VERIFIER} is none of CommitGroth16Factory's`),
    );
  });

  /** The sums of a node whose chain says what a test wants. */
  const sumsOf = (changes: Partial<SumParts> = {}, sealed = new Map<string, Uint8Array>()) => {
    const said = { registered: false, linked: 0n };
    const name = ({ versionHash, circuitId: of }: SumName) => versionHash + of;
    const store = {
      sums: {
        find: async (of: SumName) => sealed.get(name(of)),
        add: async (of: SumName, bytes: Uint8Array) => void (sealed.has(name(of)) || sealed.set(name(of), bytes)),
        remove: async (of: SumName) => void sealed.delete(name(of)),
      },
    } as unknown as SumParts["store"];
    const chain = { areDigestsProven: async () => said.registered, linkedSum: async () => said.linked };
    const keys = { get: () => files.key, linkOf: () => files.link };
    return { said, sealed, sums: new LinkedSums({ store, enclave, chain, keys, thread, log, ...changes }) };
  };
  const subject = (changes: Partial<SumSubject["model"]> = {}, versionHash = hash(5)): SumSubject => ({
    versionHash,
    circuit,
    circuitId,
    model: { ...model, ...changes },
  });
  const whyOf = async (sums: LinkedSums, of: SumSubject, expected: RegExp | undefined) => {
    const isSaid = (why: string | undefined) => (expected === undefined ? why === undefined : expected.test(why ?? ""));
    await until(async () => isSaid(sums.missing(of, 1)), `${expected}, not ${sums.missing(of, 1)}`);
  };

  it("says what stands in the way of a linked sum, until the chain has it; the books give the same sum after a restart", async () => {
    const { said, sealed, sums } = sumsOf();
    expect(sums.missing(subject(), 1)).to.match(/is being made/);
    await whyOf(sums, subject(), /not registered in tier 2/);
    expect(sums.unlinked).to.deep.equal([]);
    said.registered = true;
    await whyOf(sums, subject(), /not linked on the chain yet/);
    const [unlinked] = sums.unlinked;
    const { sum } = unlinked ?? expect.fail("nothing is to be linked");
    expect([sum.linked.length, sum.y === 0n]).to.deep.equal([128, false]);
    // Another y than the sum's is no link of it.
    said.linked = sum.y + 1n;
    await whyOf(sums, subject(), /not linked on the chain yet/);
    said.linked = sum.y;
    await whyOf(sums, subject(), undefined);
    expect(sums.unlinked).to.deep.equal([]);

    const { sums: restarted } = sumsOf({}, sealed);
    const again = await restarted.of(subject());
    expect([again.x, again.blinder]).to.deep.equal([sum.x, sum.blinder]);
    const lost = await sumsOf()
      .sums.of(subject())
      .catch((error: unknown) => error);
    expect(lost).to.include({ code: "NO_SUM" });
    // A version has a blinder of its own.
    await whyOf(restarted, subject({}, hash(6)), /not registered/);
    expect((await restarted.of(subject({}, hash(6)))).blinder).not.to.equal(again.blinder);
  });

  it("attack: a Pedersen point of other weights, another blinder in the file, or none of either, is refused with the reason", async () => {
    const mismatch = /the anchored Pedersen point is not of its weights and blinder/;
    const other = await anchor(weightsElements(SHAPE, randomModel(SHAPE, 2)), 11n);
    await whyOf(sumsOf().sums, subject({ anchor: other }), mismatch);
    await whyOf(sumsOf().sums, subject({ blinder: 12n }), mismatch);
    await whyOf(sumsOf().sums, subject({ anchor: undefined }), /its owner anchored no Pedersen point/);
    await whyOf(sumsOf().sums, subject({ blinder: undefined }), /its file has no blinder/);
  });

  it("attack: a blinder that was moved to another version is refused; one that other code sealed is drawn and linked anew", async () => {
    const { sealed, sums } = sumsOf();
    await whyOf(sums, subject(), /not registered/);
    const [mine] = [...sealed.values()];
    const moved = new Map([[hash(6) + circuitId, mine ?? expect.fail("no blinder")]]);
    await whyOf(sumsOf({}, moved).sums, subject({}, hash(6)), /of another version or circuit/);

    const otherCode = () => {
      throw new WorkerError("OTHER_CODE", "other code than this sealed these bytes");
    };
    let reads = 0;
    const updated = {
      keepsWitnesses: true,
      sealBlinder: (name: SumName, blinder: bigint) => enclave.sealBlinder(name, blinder),
      openBlinder: (name: SumName, bytes: Uint8Array) =>
        reads++ === 0 ? otherCode() : enclave.openBlinder(name, bytes),
    };
    const { sums: anew } = sumsOf({ enclave: updated }, new Map(sealed));
    await whyOf(anew, subject(), /not registered/);
    expect((await anew.of(subject())).blinder).not.to.equal((await sums.of(subject())).blinder);
  });
});
