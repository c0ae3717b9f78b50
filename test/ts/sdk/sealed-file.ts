import { createDecipheriv, hkdfSync } from "node:crypto";
import {
  FILE_KEY_BYTES,
  generateFileKey,
  openSealedFile,
  requireFileKey,
  SEALED_HEADER_BYTES,
  SealingError,
  sealedLength,
  sealFile,
} from "@freehold/sdk";
import { expect } from "chai";
import fc from "fast-check";

const CHUNK = 1 << 20;
const HEADER = 72;
const SEALED_CHUNK = CHUNK + 16;

const bytes = (length: number) => {
  const made = new Uint8Array(length);
  for (let i = 0; i < length; i += 4) new DataView(made.buffer).setUint8(i, (i * 2_654_435_761) >>> 24);
  return made;
};
const collect = async (parts: AsyncIterable<Uint8Array>) => {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return new Uint8Array(Buffer.concat(all));
};
const seal = (content: Uint8Array, key: Uint8Array) => collect(sealFile(content, key));
const open = (sealed: Uint8Array | AsyncIterable<Uint8Array>, key: Uint8Array) => collect(openSealedFile(sealed, key));
const code = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(SealingError);
  return (error as SealingError).code;
};

describe("sdk: sealed files", () => {
  const key = generateFileKey();

  for (const length of [0, 1, 1_000, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7]) {
    it(`opens what it sealed: ${length} bytes`, async () => {
      const content = bytes(length);
      const sealed = await seal(content, key);
      expect(sealed).to.have.length(sealedLength(length));
      expect(Buffer.compare(await open(sealed, key), content)).to.equal(0);
    });
  }

  it("is what docs/protocol.md says, opened with another implementation", async () => {
    const content = bytes(CHUNK + 5);
    const sealed = Buffer.from(await seal(content, key));
    expect(sealed.subarray(0, 8).toString()).to.equal("FHSEAL01");
    const salt = sealed.subarray(8, 40);
    const derive = (label: string) =>
      Buffer.from(hkdfSync("sha256", key, salt, `freehold/sealed-file/v1 ${label}`, 32));
    expect(sealed.subarray(40, 72)).to.deep.equal(derive("commitment"));
    const chunk = (index: number, begin: number, end: number, last: boolean) => {
      const nonce = Buffer.alloc(12);
      nonce.writeUIntBE(index, 5, 6);
      nonce[11] = last ? 1 : 0;
      const decipher = createDecipheriv("aes-256-gcm", derive("key"), nonce).setAAD(sealed.subarray(0, HEADER));
      decipher.setAuthTag(sealed.subarray(end - 16, end));
      return Buffer.concat([decipher.update(sealed.subarray(begin, end - 16)), decipher.final()]);
    };
    const middle = HEADER + SEALED_CHUNK;
    const opened = Buffer.concat([chunk(0, HEADER, middle, false), chunk(1, middle, sealed.length, true)]);
    expect(Buffer.compare(opened, content)).to.equal(0);
  });

  it("never seals the same content to the same bytes", async () => {
    const [first, second] = [await seal(bytes(100), key), await seal(bytes(100), key)];
    expect(Buffer.compare(first.subarray(HEADER), second.subarray(HEADER))).not.to.equal(0);
  });

  it("takes a source in fragments of any size", async () => {
    const content = bytes(CHUNK + 100);
    const cut = async function* (whole: Uint8Array, sizes: readonly number[]) {
      for (let at = 0, i = 0; at < whole.length; i++) {
        const size = sizes[i % sizes.length] ?? 1;
        yield whole.subarray(at, at + size);
        at += size;
      }
    };
    for (const sizes of [[CHUNK], [CHUNK + 16], [72], [7, 100_003], [1, CHUNK - 1, 3]]) {
      const sealed = await collect(sealFile(cut(content, sizes), key));
      expect(Buffer.compare(await open(cut(sealed, sizes), key), content), String(sizes)).to.equal(0);
    }
  });

  it("refuses a file that was cut, at every border of its parts and beside it", async () => {
    const sealed = await seal(bytes(2 * CHUNK + 50), key);
    const borders = [0, HEADER, HEADER + SEALED_CHUNK, HEADER + 2 * SEALED_CHUNK, sealed.length];
    const lengths = borders.flatMap((border) => [
      border - 17,
      border - 16,
      border - 1,
      border,
      border + 1,
      border + 16,
    ]);
    for (const length of lengths.filter((each) => each >= 0 && each < sealed.length)) {
      expect(await code(open(sealed.subarray(0, length), key)), `${length} bytes`).to.equal("BAD_SEALED_FILE");
    }
  });

  it("refuses chunks that were moved, dropped, repeated, added or taken from another file", async () => {
    const [sealed, other] = [await seal(bytes(3 * CHUNK), key), await seal(bytes(3 * CHUNK), key)];
    const part = (of: Uint8Array, index: number) =>
      of.subarray(HEADER + index * SEALED_CHUNK, HEADER + (index + 1) * SEALED_CHUNK);
    const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat([sealed.subarray(0, HEADER), ...parts]));
    const [a, b, c] = [part(sealed, 0), part(sealed, 1), part(sealed, 2)];
    expect(Buffer.compare(join(a, b, c), sealed)).to.equal(0);
    for (const [name, changed] of Object.entries({
      moved: join(b, a, c),
      dropped: join(a, c),
      "last dropped": join(a, b),
      repeated: join(a, a, b, c),
      "last repeated": join(a, b, c, c),
      foreign: join(a, part(other, 1), c),
      added: join(a, b, c, new Uint8Array(16)),
      "bytes after it": join(a, b, c, new Uint8Array(1)),
      "another header": new Uint8Array(Buffer.concat([other.subarray(0, HEADER), a, b, c])),
    })) {
      expect(await code(open(changed, key)), name).to.equal("BAD_SEALED_FILE");
    }
  });

  it("refuses every flipped bit", async () => {
    const sealed = await seal(bytes(100), key);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 8 * sealed.length - 1 }), async (bit) => {
        const changed = Uint8Array.from(sealed);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const at = bit >> 3;
        // Salt and commitment belong to the key: a change of them is another key's file.
        expect(await code(open(changed, key))).to.equal(at >= 8 && at < HEADER ? "WRONG_FILE_KEY" : "BAD_SEALED_FILE");
      }),
    );
  });

  it("never opens with another key, and says which kind of wrong it is", async () => {
    const sealed = await seal(bytes(100), key);
    expect(await code(open(sealed, generateFileKey()))).to.equal("WRONG_FILE_KEY");
    expect(await code(open(sealed, key.subarray(1)))).to.equal("INVALID_KEY");
    expect(await code(seal(bytes(1), new Uint8Array(FILE_KEY_BYTES + 1)))).to.equal("INVALID_KEY");
    expect(await code(open(bytes(200), key))).to.equal("BAD_SEALED_FILE");
    requireFileKey(sealed.subarray(0, SEALED_HEADER_BYTES), key);
    for (const [header, given, wrong] of [
      [sealed, generateFileKey(), "WRONG_FILE_KEY"],
      [sealed, key.subarray(1), "INVALID_KEY"],
      [sealed.subarray(0, SEALED_HEADER_BYTES - 1), key, "BAD_SEALED_FILE"],
      [bytes(200), key, "BAD_SEALED_FILE"],
    ] as const) {
      expect(() => requireFileKey(header, given))
        .to.throw(SealingError)
        .with.property("code", wrong);
    }
  });
});
