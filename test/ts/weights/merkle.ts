import {
  CHUNK_BYTES,
  chunkCount,
  hashChunk,
  inclusionProof,
  MerkleAccumulator,
  merkleRoot,
  verifyInclusion,
  weightsRoot,
} from "@freehold/sdk/weights";
import { expect } from "chai";
import { chunksOf, hex, MIB, randomBytes, referenceRoot, refused, sha256 } from "./util.ts";

const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => sha256(Uint8Array.of(0, i, i >> 8)));

describe("weights: Merkle tree", () => {
  it("takes the roots of certificate transparency's test vectors", () => {
    // The inputs of the RFC 6962 reference implementation's tests, and two of its roots.
    const inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const leaves = inputs.map((input) => sha256(Uint8Array.of(0), Buffer.from(input, "hex")));
    expect(hex(merkleRoot(leaves.slice(0, 1)))).to.equal(
      "0x6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    );
    expect(hex(merkleRoot(leaves))).to.equal("0x5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
  });

  for (const length of [1, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB, 5 * MIB + 17, 7 * MIB, 8 * MIB]) {
    it(`equals the recursive definition for ${length} bytes`, async () => {
      const bytes = randomBytes(length, length);
      const digest = await weightsRoot(bytes);
      expect(digest).to.deep.equal({
        root: hex(referenceRoot(chunksOf(bytes))),
        byteLength: length,
        chunks: Math.ceil(length / MIB),
      });
    });
  }

  it("pins the root of a fixed file", async () => {
    expect(CHUNK_BYTES).to.equal(1048576);
    const { root } = await weightsRoot(new Uint8Array(3 * MIB + 1).fill(0xab));
    // Computed with Python's hashlib.
    expect(root).to.equal("0xb982f23d6fce1346b9cf8eec606443b6ba32e6851d346fe0c647a0b114540c06");
  });

  it("keeps every prefix's root while leaves arrive, for 1 to 70 leaves", () => {
    const leaves = leavesOf(70);
    const recursive = (part: Uint8Array[]): Uint8Array => {
      if (part.length === 1) return part[0] as Uint8Array;
      let k = 1;
      while (k * 2 < part.length) k *= 2;
      return sha256(Uint8Array.of(1), recursive(part.slice(0, k)), recursive(part.slice(k)));
    };
    const tree = new MerkleAccumulator();
    for (const [i, leaf] of leaves.entries()) {
      tree.append(leaf);
      expect(tree.count).to.equal(i + 1);
      expect(hex(tree.root())).to.equal(hex(recursive(leaves.slice(0, i + 1))));
    }
  });

  it("does not share memory with its caller", () => {
    const tree = new MerkleAccumulator();
    const leaf = sha256(Uint8Array.of(0));
    tree.append(leaf);
    const before = hex(leaf);
    leaf.fill(0);
    const root = tree.root();
    expect(hex(root)).to.equal(before);
    root.fill(0);
    expect(hex(tree.root())).to.equal(before);
  });

  it("refuses nothing, and leaves of another length", async () => {
    await refused("WEIGHTS_EMPTY", () => new MerkleAccumulator().root());
    const error = await refused("WEIGHTS_BAD_ARGUMENT", () => merkleRoot([new Uint8Array(31)]));
    expect(error.details).to.deep.equal({ index: 0, length: 31 });
  });

  it("proves every chunk of trees of 1 to 33 leaves, and nothing else", () => {
    for (let count = 1; count <= 33; count++) {
      const leaves = leavesOf(count);
      const root = merkleRoot(leaves);
      for (let index = 0; index < count; index++) {
        const proof = inclusionProof(leaves, index);
        const leaf = leaves[index] as Uint8Array;
        expect(verifyInclusion(leaf, proof, root)).to.equal(true);
        expect(verifyInclusion(sha256(leaf), proof, root)).to.equal(false);
        expect(verifyInclusion(leaf, proof, sha256(root))).to.equal(false);
        if (count === 1) continue;
        expect(verifyInclusion(leaf, { ...proof, index: (index + 1) % count }, root)).to.equal(false);
        expect(verifyInclusion(leaf, { ...proof, path: proof.path.slice(1) }, root)).to.equal(false);
        expect(verifyInclusion(leaf, { ...proof, path: [...proof.path, leaf] }, root)).to.equal(false);
      }
    }
  });

  it("proves a chunk of a file from its bytes", async () => {
    const bytes = randomBytes(11, 4 * MIB + 5);
    const chunks = chunksOf(bytes);
    const leaves = await Promise.all(chunks.map((chunk) => hashChunk(chunk)));
    const { root } = await weightsRoot(bytes);
    const proof = inclusionProof(leaves, 4);
    expect(proof).to.include({ index: 4, count: chunkCount(bytes.length) });
    expect(
      verifyInclusion(await hashChunk(chunks[4] as Uint8Array), proof, Buffer.from(root.slice(2), "hex")),
    ).to.equal(true);
  });

  it("refuses indices outside of the tree and chunks of a wrong length", async () => {
    const leaves = leavesOf(3);
    const proof = inclusionProof(leaves, 2);
    for (const index of [-1, 3, 1.5, Number.NaN]) {
      await refused("WEIGHTS_BAD_ARGUMENT", () => inclusionProof(leaves, index));
      await refused("WEIGHTS_BAD_ARGUMENT", () =>
        verifyInclusion(leaves[2] as Uint8Array, { ...proof, index }, leaves[0] as Uint8Array),
      );
    }
    await refused("WEIGHTS_BAD_ARGUMENT", () => hashChunk(new Uint8Array()));
    await refused("WEIGHTS_BAD_ARGUMENT", () => hashChunk(new Uint8Array(MIB + 1)));
  });
});
