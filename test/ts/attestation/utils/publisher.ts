import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SignedBody } from "./bundle.ts";
import { type IntelCa, PLATFORM } from "./intel-ca.ts";
import { identityText, pemOf, signBody, tcbInfoText } from "./synthetic.ts";

const DAY = 24 * 60 * 60;

/** What is served at a path. */
export interface Answer {
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that plays Intel's service, or AWS's buckets: what is not there is 404. */
export async function publisher() {
  const answers = new Map<string, Answer | "hang">();
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    const answer = answers.get(url);
    if (answer === "hang") return;
    if (answer === undefined) response.statusCode = 404;
    for (const [name, value] of Object.entries(answer?.headers ?? {})) response.setHeader(name, value);
    response.end(answer?.body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    answers,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export type Publisher = Awaited<ReturnType<typeof publisher>>;

/** Paths of Intel's API. */
export const PATHS = {
  tcbInfo: (tee: string, fmspc: string) => `/${tee}/certification/v4/tcb?fmspc=${fmspc}&update=standard`,
  qeIdentity: (tee: string) => `/${tee}/certification/v4/qe/identity?update=standard`,
  pckCrl: (ca: string) => `/sgx/certification/v4/pckcrl?ca=${ca}&encoding=der`,
  rootCrl: "/root.der",
} as const;

const chain = (...certificates: readonly Uint8Array[]) => encodeURIComponent(pemOf(...certificates).toString());

/** A signed body as Intel serves it. */
export function signedAnswer(name: "tcbInfo" | "enclaveIdentity", { body, signature, signer }: SignedBody): Answer {
  const header = name === "tcbInfo" ? "TCB-Info-Issuer-Chain" : "SGX-Enclave-Identity-Issuer-Chain";
  return {
    body: `{"${name}":${body.toString()},"signature":"${signature.toString("hex")}"}`,
    headers: { [header]: chain(signer) },
  };
}

/** A revocation list as Intel serves it. */
export const listAnswer = (der: Uint8Array, issuer: Uint8Array): Answer => ({
  body: der,
  headers: { "SGX-PCK-CRL-Issuer-Chain": chain(issuer) },
});

/** Publishes all that TDX domains of {@link PLATFORM} need, as it is at `now`. */
export function publishIntel({ answers }: Pick<Publisher, "answers">, ca: IntelCa, now: number): void {
  const list = ca.pckCrl({ thisUpdate: now - DAY, nextUpdate: now + 29 * DAY });
  const info = tcbInfoText(now);
  answers.set(PATHS.rootCrl, { body: ca.rootCrl({ thisUpdate: now - DAY, nextUpdate: now + 300 * DAY }) });
  answers.set(PATHS.pckCrl("platform"), listAnswer(list, ca.platformCa.der));
  answers.set(PATHS.tcbInfo("tdx", PLATFORM.fmspc.toString("hex")), signedAnswer("tcbInfo", signBody(ca.signer, info)));
  answers.set(PATHS.qeIdentity("tdx"), signedAnswer("enclaveIdentity", signBody(ca.signer, identityText(now))));
}
