import { fromHex, type Hex, toHex } from "@freehold/sdk";
import { nitroMeasurementId } from "@freehold/sdk/attestation";
import { encode } from "cborg";
import { expect } from "chai";
import { type NsmDevice, openNsm } from "../../../worker/dist/enclave/nitro/device.js";
import { readNitroDocument } from "../../../worker/dist/enclave/nitro/document.js";
import {
  attestationDocument,
  attestationRequest,
  describedPcr,
  describePcrRequest,
} from "../../../worker/dist/enclave/nitro/messages.js";
import { nitroProvider } from "../../../worker/dist/enclave/nitro/provider.js";
import { genuine } from "../utils/vectors.ts";
import { FakeNsm, madeDocument } from "./harness/nsm.ts";
import { run } from "./harness/process.ts";

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);
const PCRS = [bytes(48, 1), bytes(48, 2), bytes(48, 3)];
const MEASUREMENT = nitroMeasurementId({ pcr0: bytes(48, 1), pcr1: bytes(48, 2), pcr2: bytes(48, 3) });
const REQUEST = {
  binding: `0x${"0a".repeat(32)}`,
  hpkePublicKey: `0x${"0b".repeat(32)}`,
  challengeHash: `0x${"0c".repeat(32)}`,
  verifier: `0x${"11".repeat(20)}`,
  chainId: 31337n,
  now: 1n,
} as const;
/** PCR0 to PCR2 of genuine documents, as another reader printed them. */
const GENUINE: Readonly<Record<string, readonly string[]>> = {
  "base-2024-11-30": [
    "ec74bfbe7f7445a6c7610e152935e028276f638042b74797b119648e13f7a3675796b721034c320f140ea001b41aeae2",
    "fa2593b59f3e4fc7daba5cbdddfd3449d67cd02d43bb1128885e8f38b914d081dccdb68fff6d5b7a76bcb866a18a74a3",
    "56ba201a72e36cd051e95e5c4724c899039b711770f4d9d4fe7a1de007119a10b364badcd35e90f728a5bdc910905723",
  ],
  "evervault-2022-10-13": [
    "f4d48b81a460c9916d1e685119074bf24660afd3e34fae9fca0a0d28d9d5599936332687e6f66fc890ac8cf150142d8b",
    "bcdf05fefccaa8e55bf2c8d6dee9e79bbff31e34bf28a99aa19e6b29c37ee80b214a414b7607236edf26fcb78654e63f",
    "d8f114da658de5481f8d9ec73907feb553560787522f705c92d7d96beed8e15e2aa611984e098c576832c292e8dc469a",
  ],
  "blocky-2024-09-07-max": [
    "e72a46ca80a260fb044a125442f0c7e331813bcbaf9724d9f3857758992766f2d65710a27aa94ae3949dd54e7c9fe86a",
    "0343b056cd8485ca7890ddd833476d78460aed2aa161548e4e26bedf321726696257d623e8805f3f605946b3d8b0c6aa",
    "d5dcbdea0aa39c802f9d55ced2ea6e4d74ecec5f08fe40c508882639c9090642669106a062a3e24ee2805a3024b9b75c",
  ],
};
const ASKED = { userData: bytes(32, 10), publicKey: bytes(32, 11), nonce: bytes(32, 12) };

const failure = async (work: Promise<unknown>): Promise<{ code: string; message: string }> => {
  const error: unknown = await work.then(
    () => new Error("it passed"),
    (reason: unknown) => reason,
  );
  return error as { code: string; message: string };
};

describe("worker: AWS Nitro", () => {
  let nsm: FakeNsm;
  let device: NsmDevice;

  before(function () {
    nsm = FakeNsm.create(this);
  });
  beforeEach(async () => {
    nsm.fail(undefined);
    nsm.putPcrs(PCRS);
    nsm.putDocument(madeDocument({ pcrs: PCRS, ...ASKED }));
    device = await openNsm(nsm.path, nsm.library);
  });
  afterEach(() => device.close());
  after(() => nsm?.remove());

  it("asks through the ioctl of linux/nsm.h, and reads what is answered", () => {
    const answer = device.request(attestationRequest(ASKED));
    expect(nsm.request()).to.deep.equal({
      Attestation: { user_data: ASKED.userData, nonce: ASKED.nonce, public_key: ASKED.publicKey },
    });
    expect(attestationDocument(answer)).to.deep.equal(madeDocument({ pcrs: PCRS, ...ASKED }));
    expect(describedPcr(device.request(describePcrRequest(2)))).to.deep.equal({ locked: true, value: PCRS[2] });
    expect(nsm.request()).to.deep.equal({ DescribePCR: { index: 2 } });
  });

  for (const [name, registers] of Object.entries(GENUINE)) {
    it(`takes the genuine document ${name} as it is`, function () {
      const document = genuine(this, `nitro/${name}.cose`);
      nsm.putDocument(document);
      const raw = attestationDocument(device.request(attestationRequest(ASKED)));
      expect(raw).to.deep.equal(document);
      const [pcr0, pcr1, pcr2] = registers.map((hex) => fromHex(`0x${hex}`, 48)) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      const read = readNitroDocument(raw);
      expect(read).to.deep.include({ pcr0, pcr1, pcr2, debug: false });
      expect(read.measurementId).to.equal(nitroMeasurementId({ pcr0, pcr1, pcr2 }));
    });
  }

  it("attests with binding, HPKE key and challenge in the document, as its registers measure it", async () => {
    const provider = nitroProvider(device);
    expect(provider).to.include({ kind: "nitro", seals: false, measurementId: MEASUREMENT });
    const raw = madeDocument({ pcrs: PCRS, ...ASKED });
    expect(await provider.attest(REQUEST)).to.deep.equal({ evidence: toHex(raw), aux: "0x" });
    const prepared: { evidence: Hex; aux: Hex } = { evidence: "0x01", aux: "0x02" };
    const contexts: unknown[] = [];
    const preparing = nitroProvider(device, async (given, context) => {
      contexts.push([given, context]);
      return prepared;
    });
    expect(await preparing.attest(REQUEST)).to.equal(prepared);
    expect(contexts).to.deep.equal([[raw, { ...REQUEST, kind: "nitro" }]]);
  });

  it("refuses a document that commits to something else, or is of other code", async function () {
    const provider = nitroProvider(device);
    for (const field of ["userData", "nonce", "publicKey"] as const) {
      for (const value of [null, bytes(32, 99), bytes(31, ASKED[field][0] ?? 0)]) {
        nsm.putDocument(madeDocument({ pcrs: PCRS, ...ASKED, [field]: value }));
        expect(await failure(provider.attest(REQUEST))).to.include({ code: "EVIDENCE_MISMATCH" });
      }
    }
    nsm.putDocument(madeDocument({ pcrs: [bytes(48, 9), ...PCRS.slice(1)], ...ASKED }));
    expect(await failure(provider.attest(REQUEST))).to.include({ code: "MEASUREMENT_CHANGED" });
    nsm.putDocument(genuine(this, "nitro/base-2024-11-30.cose"));
    expect(await failure(provider.attest(REQUEST))).to.include({ code: "EVIDENCE_MISMATCH" });
  });

  it("does not start in debug mode, nor with registers that can still change", () => {
    nsm.putPcrs([bytes(48, 0), bytes(48, 0), bytes(48, 0)]);
    expect(() => nitroProvider(device))
      .to.throw(/debug mode/)
      .with.property("code", "TEE_DEBUG");
    nsm.putPcrs(PCRS, false);
    expect(() => nitroProvider(device))
      .to.throw(/PCR0 is not locked/)
      .with.property("code", "TEE_FAILED");
  });

  it("knows a genuine document of an enclave in debug mode", function () {
    expect(readNitroDocument(genuine(this, "nitro/evervault-2022-10-12-debug.cose")).debug).to.equal(true);
  });

  it("says what failed: the call, the module, or its answer", async () => {
    const provider = nitroProvider(device);
    const fails = async (message: RegExp) => {
      const error = await failure(provider.attest(REQUEST));
      expect(error).to.include({ code: "TEE_FAILED" });
      expect(error.message).to.match(message);
    };
    nsm.fail(110);
    await fails(/ioctl on \/dev\/nsm failed \(ETIMEDOUT\)/);
    nsm.fail(undefined);
    nsm.put("document", encode({ Error: "InputTooLarge" }));
    await fails(/refused Attestation: InputTooLarge/);
    const answers: [Uint8Array, RegExp][] = [
      [new Uint8Array(), /no CBOR/],
      [bytes(3, 0xff), /no CBOR/],
      [encode("LockPCR"), /no answer of one variant/],
      [encode({ DescribePCR: {} }), /no answer to Attestation/],
      [encode({ Attestation: { document: "text" } }), /document is missing/],
      [encode({ Attestation: { document: bytes(3, 0xff) } }), /no attestation document .*CBOR/],
      [encode({ Attestation: { document: encode([1, 2, 3, 4]) } }), /no attestation document/],
      [encode({ Attestation: { document: encode([0, 0, encode({ pcrs: 1 }), 0]) } }), /no attestation document/],
      [encode({ Attestation: { document: madeDocument({ pcrs: PCRS.slice(0, 1) }) } }), /no PCR1/],
      [
        encode({ Attestation: { document: madeDocument({ pcrs: PCRS.map(() => bytes(64, 1)) }) } }),
        /PCR0 has 64 bytes/,
      ],
    ];
    for (const [answer, message] of answers) {
      nsm.put("document", answer);
      await fails(message);
    }
    expect(() => attestationRequest({ ...ASKED, nonce: bytes(1025, 1) })).to.throw(/nonce of 1025 bytes/);
    expect(() => device.request(bytes(0x1001, 1))).to.throw(/4097 bytes is too long/);
  });

  it("is refused loudly outside of an enclave, by API and by command", async () => {
    const absent = await failure(openNsm("/dev/freehold-has-no-nsm", nsm.library));
    expect(absent).to.include({ code: "TEE_ABSENT" });
    expect(absent.message).to.match(
      /no AWS Nitro enclave here: \/dev\/freehold-has-no-nsm cannot be opened \(ENOENT\); run/,
    );
    const { code, stderr } = await run(["measure", "--tee", "nitro", "--tee-path", "/dev/freehold-has-no-nsm"]);
    expect(stderr).to.match(/^error: --tee nitro: no AWS Nitro enclave here: .*ENOENT.*\n$/);
    expect(code).to.equal(1);
  });

  it("measures itself in a process whose C library is the module's", async () => {
    const environment = { ...nsm.environment, LD_PRELOAD: nsm.library };
    expect(await run(["measure", "--tee", "nitro"], environment)).to.deep.include({
      code: 0,
      stdout: `${MEASUREMENT}\n`,
    });
  });
});
