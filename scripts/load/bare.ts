import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { decodeOutput, encodeInput, type Hex, sealRequest, toHex } from "@freehold/sdk";
import { leash } from "../lib/leash.ts";
import { firstLine } from "../story/chain.ts";
import type { Answered } from "./clients.ts";

const SERVICE = new URL("bare-service.ts", import.meta.url).pathname;

/** Seconds until the service has seen its code often enough to run it fast. */
const WARM_UP = 5;

/** The same service without payments: as many clients, each asking one question after the other. */
export async function loadBare(
  files: { architecture: string; weights: string },
  clients: number,
  question: () => string,
  seconds: number,
): Promise<Answered[]> {
  const child = leash(
    spawn(process.execPath, [SERVICE, files.architecture, files.weights], { stdio: ["ignore", "pipe", "inherit"] }),
  );
  try {
    const { url, hpkePublicKey } = JSON.parse(await firstLine(child, "the bare service")) as {
      url: string;
      hpkePublicKey: Hex;
    };
    const answered: Answered[] = [];
    const start = performance.now() + WARM_UP * 1000;
    const end = start + seconds * 1000;
    const loop = async () => {
      while (performance.now() < end) {
        const at = performance.now();
        await ask(url, hpkePublicKey, question());
        if (at >= start) answered.push({ at, milliseconds: performance.now() - at });
      }
    };
    await Promise.all(Array.from({ length: clients }, loop));
    return answered;
  } finally {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }
}

async function ask(url: string, hpkePublicKey: Hex, text: string): Promise<void> {
  const aad = randomBytes(128);
  const hash = toHex(randomBytes(32));
  const sealed = await sealRequest({ hpkePublicKey, aad, plaintext: encodeInput({ text }) });
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
  const body = JSON.stringify({
    aad: base64(aad),
    enc: base64(sealed.enc),
    ciphertext: base64(sealed.ciphertext),
    hash,
  });
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/infer`, { method: "POST", headers, body });
  if (!response.ok) throw new Error(`the bare service answered ${response.status}: ${await response.text()}`);
  const { nonce, ciphertext } = (await response.json()) as { nonce: string; ciphertext: string };
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
  decodeOutput(await sealed.openResponse({ nonce: bytes(nonce), ciphertext: bytes(ciphertext), requestHash: hash }));
}
