import { toHex } from "@freehold/sdk";
import { measureQuote, reportDataOf } from "@freehold/sdk/attestation";
import type { EnclaveProvider, SealingProvider } from "@freehold/worker";
import { expect } from "chai";
import { dstackProvider } from "../../../worker/dist/enclave/tdx/dstack.js";
import { genuine } from "../utils/vectors.ts";
import { FakeAgent } from "./harness/dstack.ts";
import { run } from "./harness/process.ts";
import { quoting } from "./harness/quoting.ts";

const REQUEST = {
  binding: `0x${"0a".repeat(32)}`,
  hpkePublicKey: `0x${"0b".repeat(32)}`,
  challengeHash: `0x${"0c".repeat(32)}`,
  verifier: `0x${"11".repeat(20)}`,
  chainId: 31337n,
  now: 1n,
} as const;
const SECRET = Buffer.from("a key");

const failure = async (work: Promise<unknown>): Promise<{ code: string; message: string }> => {
  const error: unknown = await work.then(
    () => new Error("it passed"),
    (reason: unknown) => reason,
  );
  return error as { code: string; message: string };
};
const sealing = (provider: EnclaveProvider): SealingProvider => {
  if (!provider.seals) throw new Error("it does not seal");
  return provider;
};

describe("worker: Intel TDX by dstack", () => {
  let agent: FakeAgent;
  let quote: Uint8Array;

  beforeEach(async function () {
    quote = genuine(this, "intel/quotes/phala-tdx-v4.bin");
    agent = new FakeAgent(quoting(quote));
    await agent.listen();
  });
  afterEach(() => agent?.close());

  it("attests with binding and HPKE key in the report data, as the own quote measures it", async () => {
    const provider = await dstackProvider(agent.path);
    expect(provider).to.include({ kind: "dstack", measurementId: measureQuote(quote).measurementId });
    const reportData = reportDataOf(REQUEST.binding, REQUEST.hpkePublicKey);
    const raw = quoting(quote)(reportData);
    expect(await provider.attest(REQUEST)).to.deep.equal({ evidence: toHex(raw), aux: "0x" });
    expect(agent.calls.at(-1)).to.deep.equal(["/GetQuote", { report_data: Buffer.from(reportData).toString("hex") }]);
    const preparing = await dstackProvider(agent.path, async (given, { kind }) => ({
      evidence: toHex(given),
      aux: toHex(Buffer.from(kind)),
    }));
    expect(await preparing.attest(REQUEST)).to.deep.equal({ evidence: toHex(raw), aux: toHex(Buffer.from("dstack")) });
  });

  it("seals with the agent's key where that is bound to the code, and opens it after a restart", async () => {
    const sealed = sealing(await dstackProvider(agent.path)).seal(SECRET);
    expect(Buffer.from(sealed).includes(SECRET)).to.equal(false);
    expect(Buffer.from(sealing(await dstackProvider(agent.path)).unseal(sealed))).to.deep.equal(SECRET);
    expect(agent.calls.filter(([path]) => path === "/GetKey")[0]?.[1]).to.deep.equal({
      path: "freehold/worker/sealing/v1",
      purpose: "freehold sealing key",
      algorithm: "secp256k1",
    });
    for (let i = 0; i < sealed.length; i++) {
      const changed = Uint8Array.from(sealed, (byte, j) => (i === j ? byte ^ 1 : byte));
      const provider = sealing(await dstackProvider(agent.path));
      expect(() => provider.unseal(changed))
        .to.throw()
        .with.property("code", i < 32 ? "OTHER_CODE" : "UNSEAL_FAILED");
    }
    agent.key = "cd".repeat(32);
    const elsewhere = sealing(await dstackProvider(agent.path));
    expect(() => elsewhere.unseal(sealed))
      .to.throw()
      .with.property("code", "UNSEAL_FAILED");
    const other = Uint8Array.from(quote);
    other[567] = (other[567] ?? 0) ^ 1;
    agent.quote = quoting(other);
    const upgraded = sealing(await dstackProvider(agent.path));
    expect(() => upgraded.unseal(sealed))
      .to.throw()
      .with.property("code", "OTHER_CODE");
  });

  for (const name of ["kms", "none", "tpm", ""]) {
    it(`keeps keys in memory with key provider "${name}", whose keys other code could have`, async () => {
      agent.keyProvider = name;
      expect((await dstackProvider(agent.path)).seals).to.equal(false);
      expect(agent.calls.map(([path]) => path)).not.to.contain("/GetKey");
    });
  }

  it("keeps keys in memory when the agent does not say who gives it its keys", async () => {
    agent.instead = { "/Info": { tcb_info: "{}", key_provider_info: "not JSON" } };
    expect((await dstackProvider(agent.path)).seals).to.equal(false);
  });

  it("says what the agent did wrong", async () => {
    const cases: [string, FakeAgent["instead"][string], RegExp][] = [
      ["/GetQuote", { error: "no quote today" }, /GetQuote \(no quote today\)/],
      ["/GetQuote", { status: 500, text: "oops" }, /GetQuote \(failed to parse response\)/],
      ["/GetQuote", { quote: "zz" }, /answered no quote/],
      ["/GetQuote", { quote: 7 }, /answered no quote/],
      ["/GetQuote", { quote: "" }, /answered no quote/],
      ["/GetQuote", { quote: "0011" }, /is no quote/],
      ["/Info", { error: "no" }, /did not answer Info/],
      ["/GetKey", { error: "no" }, /did not answer GetKey/],
      ["/GetKey", { key: "abcd", signature_chain: [] }, /a key of 2 bytes/],
    ];
    for (const [path, answer, message] of cases) {
      agent.instead = { [path]: answer };
      const error = await failure(dstackProvider(agent.path));
      expect(error, path).to.include({ code: "TEE_FAILED" });
      expect(error.message).to.match(message);
    }
  });

  it("refuses a quote over other data or of other code", async () => {
    const provider = await dstackProvider(agent.path);
    agent.quote = () => quote;
    expect(await failure(provider.attest(REQUEST))).to.include({ code: "EVIDENCE_MISMATCH" });
    const extended = Uint8Array.from(quote);
    extended[567] = (extended[567] ?? 0) ^ 1;
    agent.quote = quoting(extended);
    expect(await failure(provider.attest(REQUEST))).to.include({ code: "MEASUREMENT_CHANGED" });
  });

  it("is refused loudly where no agent answers, and never looks for a simulator", async () => {
    const { path } = agent;
    await agent.close();
    const absent = await failure(dstackProvider(path));
    expect(absent).to.include({ code: "TEE_ABSENT" });
    expect(absent.message).to.contain(`no dstack guest agent here: no socket at ${path}`);
    const { code, stderr } = await run(["measure", "--tee", "dstack"], {
      DSTACK_SIMULATOR_ENDPOINT: "http://127.0.0.1:1",
    });
    expect(stderr).to.match(
      /^error: --tee dstack: no dstack guest agent here: no socket at \/var\/run\/dstack.sock, .*mount the agent's socket.*\n$/,
    );
    expect(code).to.equal(1);
    const closed = await failure(dstackProvider("http://127.0.0.1:1"));
    expect(closed).to.include({ code: "TEE_ABSENT" });
    expect(closed.message).to.match(/nobody answers \(ECONNREFUSED\)/);
  });

  it("measures itself by the command", async () => {
    const { stdout, code, stderr } = await run(["measure", "--tee", "dstack", "--tee-path", agent.path]);
    expect(stderr).to.equal("");
    expect(stdout).to.equal(`${measureQuote(quote).measurementId}\n`);
    expect(code).to.equal(0);
  });
});
