// The worker's service without payments: a sealed request, the same model, a sealed response. What the load is compared with.
import { readFileSync } from "node:fs";
import { decodeInput, encodeOutput, fromHex, generateHpkeKeyPair, openRequest, toHex } from "@freehold/sdk";
import { loadEngine } from "@freehold/worker/engine";
import Fastify from "fastify";

const [architectureFile, weightsFile] = process.argv.slice(2);
if (architectureFile === undefined || weightsFile === undefined)
  throw new Error("usage: bare-service <architecture> <weights>");
const engine = await loadEngine(
  new Uint8Array(readFileSync(architectureFile)),
  new Uint8Array(readFileSync(weightsFile)),
);
const keyPair = await generateHpkeKeyPair();

const app = Fastify();
app.post("/infer", async (request) => {
  const { aad, enc, ciphertext, hash } = request.body as Record<string, string>;
  const opened = await openRequest({
    keyPair,
    aad: bytes(aad),
    enc: bytes(enc),
    ciphertext: bytes(ciphertext),
  });
  const output = await engine.infer(decodeInput(opened.plaintext));
  const { nonce, ciphertext: sealed } = await opened.sealResponse(encodeOutput(output), toHex(fromHex(hash ?? "", 32)));
  return { nonce: Buffer.from(nonce).toString("base64"), ciphertext: Buffer.from(sealed).toString("base64") };
});
const url = await app.listen({ host: "127.0.0.1", port: 0 });
console.log(JSON.stringify({ url, hpkePublicKey: keyPair.publicKey }));

function bytes(base64: string | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(base64 ?? "", "base64"));
}
