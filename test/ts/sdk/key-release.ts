import {
  decodeKeyRelease,
  encodeKeyRelease,
  generateFileKey,
  generateHpkeKeyPair,
  type HpkeKeyPair,
  type KeyRelease,
  type ReleaseBinding,
  SealingError,
  unwrapFileKey,
  wrapFileKey,
} from "@freehold/sdk";
import { expect } from "chai";
import { id } from "ethers";
import fc from "fast-check";

const BINDING: ReleaseBinding = {
  chainId: 31337n,
  nodeRegistry: "0xAbCdEf0123456789aBcDeF0123456789ABCDef01",
  lineId: id("line") as `0x${string}`,
  versionHash: id("version") as `0x${string}`,
  receiptKey: "0x1234567890AbcdEF1234567890aBcdef12345678",
};

const code = async (work: () => unknown) => {
  try {
    await work();
  } catch (error) {
    expect(error).to.be.instanceOf(SealingError);
    return (error as SealingError).code;
  }
  return "nothing thrown";
};

describe("sdk: key release", () => {
  const fileKey = generateFileKey();
  let keyPair: HpkeKeyPair;
  let release: KeyRelease;

  before(async () => {
    keyPair = await generateHpkeKeyPair();
    release = await wrapFileKey(fileKey, keyPair.publicKey, BINDING);
  });

  it("opens for the enclave, line and version that it is for, through JSON", async () => {
    const text = JSON.stringify(encodeKeyRelease(release));
    expect(text).not.to.contain(Buffer.from(fileKey).toString("base64"));
    const decoded = decodeKeyRelease(JSON.parse(text));
    expect(decoded).to.deep.equal(release);
    expect(await unwrapFileKey(decoded, keyPair, BINDING)).to.deep.equal(fileKey);
    const upper = { ...BINDING, lineId: `0x${BINDING.lineId.slice(2).toUpperCase()}` as const };
    expect(await unwrapFileKey(decoded, keyPair, upper), "case of hex").to.deep.equal(fileKey);
  });

  it("opens for nothing else: chain, registry, line, version, receipt key, HPKE key", async () => {
    const other = {
      chainId: 1n,
      nodeRegistry: `0x${"22".repeat(20)}`,
      lineId: id("other line") as `0x${string}`,
      versionHash: id("other version") as `0x${string}`,
      receiptKey: `0x${"33".repeat(20)}` as const,
    };
    for (const [field, value] of Object.entries(other)) {
      const wanted = { ...BINDING, [field]: value };
      const named = field === "chainId" || field === "nodeRegistry" ? "OPEN_FAILED" : "BAD_RELEASE";
      expect(await code(() => unwrapFileKey(release, keyPair, wanted)), field).to.equal(named);
      // Whoever writes another name on it has not changed what it was sealed with.
      const renamed = { ...release, ...(named === "BAD_RELEASE" ? { [field]: value } : {}) };
      expect(await code(() => unwrapFileKey(renamed, keyPair, wanted)), `renamed ${field}`).to.equal("OPEN_FAILED");
    }
    const stranger = await generateHpkeKeyPair();
    expect(await code(() => unwrapFileKey(release, stranger, BINDING))).to.equal("OPEN_FAILED");
  });

  it("refuses every flipped bit", async () => {
    for (const field of ["enc", "ciphertext"] as const) {
      for (let at = 0; at < release[field].length; at++) {
        const changed = Uint8Array.from(release[field], (byte, i) => (i === at ? byte ^ 4 : byte));
        const work = () => unwrapFileKey({ ...release, [field]: changed }, keyPair, BINDING);
        expect(await code(work), `${field} ${at}`).to.equal("OPEN_FAILED");
      }
    }
  });

  it("wraps no key of another length, and for no key that is none", async () => {
    expect(await code(() => wrapFileKey(fileKey.subarray(1), keyPair.publicKey, BINDING))).to.equal("INVALID_KEY");
    expect(await code(() => wrapFileKey(fileKey, "0x00", BINDING))).to.equal("INVALID_KEY");
    expect(await code(() => wrapFileKey(fileKey, new Uint8Array(32), BINDING))).to.equal("INVALID_KEY");
  });

  it("names what is wrong with JSON, and never fails otherwise", async () => {
    const json = encodeKeyRelease(release);
    for (const field of ["type", "lineId", "versionHash", "receiptKey", "enc", "ciphertext"]) {
      for (const value of [undefined, null, 7, "", "0x12", "AAAA", {}]) {
        expect(() => decodeKeyRelease({ ...json, [field]: value }))
          .to.throw(SealingError, `key release: ${field} must be`)
          .that.deep.includes({ code: "BAD_RELEASE", details: { field } });
      }
    }
    const anything = fc.oneof(
      fc.anything(),
      fc.record(Object.fromEntries(Object.keys(json).map((name) => [name, fc.jsonValue()]))),
    );
    fc.assert(
      fc.property(anything, (made) => {
        expect(() => decodeKeyRelease(made))
          .to.throw(SealingError)
          .with.property("code", "BAD_RELEASE");
      }),
    );
  });
});
