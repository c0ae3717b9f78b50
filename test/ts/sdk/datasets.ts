import { createHash, createHmac } from "node:crypto";
import { buildCommitment, FreeholdError, recordSalt, toHex } from "@freehold/sdk";
import { expect } from "chai";

const SALT = new Uint8Array(32).fill(7);
const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();

/** RFC 6962's definition, word for word, over this package's leaf data. */
function reference(records: string[]): Buffer {
  const leaves = records.map((record, i) => {
    const index = Buffer.alloc(8);
    index.writeBigUInt64BE(BigInt(i));
    const salt = createHmac("sha256", SALT).update("freehold/record/v1").update(index).digest();
    return sha256(Buffer.of(0), salt, Buffer.from(record));
  });
  const root = (nodes: Buffer[]): Buffer => {
    const [only] = nodes;
    if (only !== undefined && nodes.length === 1) return only;
    let k = 1;
    while (k * 2 < nodes.length) k *= 2;
    return sha256(Buffer.of(1), root(nodes.slice(0, k)), root(nodes.slice(k)));
  };
  return root(leaves);
}

describe("sdk: dataset commitments", () => {
  it("are RFC 6962 roots over salted records, for every number of them", () => {
    for (let count = 1; count <= 33; count++) {
      const records = Array.from({ length: count }, (_, i) => `record ${i}`);
      const { root, records: length } = buildCommitment(records, { salt: SALT });
      expect(root).to.equal(toHex(reference(records)));
      expect(length).to.equal(BigInt(count));
    }
  });

  it("take bytes and strings alike, in their order", () => {
    const bytes = buildCommitment([new TextEncoder().encode("ä"), "b"], { salt: SALT });
    expect(bytes.root).to.equal(buildCommitment(["ä", "b"], { salt: SALT }).root);
    expect(bytes.root).not.to.equal(buildCommitment(["b", "ä"], { salt: SALT }).root);
  });

  it("are salted with fresh random bytes, and differently for every record", () => {
    const first = buildCommitment(["a"]);
    expect(first.salt).to.have.length(32);
    expect(first.root).not.to.equal(buildCommitment(["a"]).root);
    expect(toHex(recordSalt(SALT, 0n))).not.to.equal(toHex(recordSalt(SALT, 1n)));
  });

  it("need a record and a whole salt", () => {
    expect(() => buildCommitment([])).to.throw(FreeholdError, "at least one record");
    expect(() => buildCommitment(["a"], { salt: new Uint8Array(31) })).to.throw(FreeholdError, "31 bytes");
  });
});
