import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { CollateralError, download, intelPcs, splitSignedJson } from "../../../sdk/dist/attestation/keeper/index.js";

const PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const SIGNATURE = "ab".repeat(64);
/** Spaces and the order of fields are part of what is signed. */
const BODY = '{"id":"TDX", "version":3,"text":"naïve, ,\\"signature\\":"}';

describe("attestation: where a keeper gets collateral", () => {
  let server: Server;
  let url: string;
  let answer: RequestListener = (_, response) => response.end();
  const asked: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      answer(request, response);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  beforeEach(() => {
    asked.length = 0;
  });

  const codeOf = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      expect(error).to.be.instanceOf(CollateralError);
      return (error as CollateralError).code;
    }
    throw new Error("nothing was thrown");
  };

  it("asks Intel's service for what each item is called there, and keeps the signed bytes as they are", async () => {
    answer = (request, response) => {
      const name = request.url?.includes("/qe/") ? "enclaveIdentity" : "tcbInfo";
      response.setHeader("TCB-Info-Issuer-Chain", encodeURIComponent(PEM));
      response.setHeader("SGX-Enclave-Identity-Issuer-Chain", encodeURIComponent(PEM));
      response.end(`{"${name}":${BODY},"signature":"${SIGNATURE}"}`);
    };
    const pcs = intelPcs({ url: `${url}/` });
    for (const signed of [await pcs.tcbInfo("tdx", "00806F050000"), await pcs.qeIdentity("sgx")]) {
      expect(new TextDecoder().decode(signed.body)).to.equal(BODY);
      expect(Buffer.from(signed.signature).toString("hex")).to.equal(SIGNATURE);
      expect(signed.issuerChain).to.equal(PEM);
    }
    expect(asked).to.deep.equal([
      "/tdx/certification/v4/tcb?fmspc=00806f050000&update=standard",
      "/sgx/certification/v4/qe/identity?update=standard",
    ]);
  });

  it("takes revocation lists as DER", async () => {
    answer = (_, response) => {
      response.setHeader("SGX-PCK-CRL-Issuer-Chain", encodeURIComponent(PEM));
      response.end(Buffer.from("3003020101", "hex"));
    };
    const pcs = intelPcs({ url, rootCrlUrl: `${url}/root.der` });
    const crl = await pcs.pckCrl("processor");
    expect(Buffer.from(crl.der).toString("hex")).to.equal("3003020101");
    expect(Buffer.from(await pcs.rootCrl()).toString("hex")).to.equal("3003020101");
    expect(asked).to.deep.equal(["/sgx/certification/v4/pckcrl?ca=processor&encoding=der", "/root.der"]);
  });

  it("refuses what is no signed body, and an answer without its issuer", async () => {
    const good = `{"tcbInfo":${BODY},"signature":"${SIGNATURE}"}`;
    const bad = ["", "{}", good.replace("tcbInfo", "other"), good.slice(0, -2), good.replace(BODY, "[]"), `${good}x`];
    for (const text of bad) {
      const bytes = new TextEncoder().encode(text);
      expect(() => splitSignedJson(bytes, "tcbInfo", "a file"), text).to.throw(CollateralError);
    }
    answer = (_, response) => response.end(good);
    expect(await codeOf(intelPcs({ url }).tcbInfo("tdx", "00806f050000"))).to.equal("COLLATERAL_MALFORMED");
    answer = (_, response) => {
      response.setHeader("TCB-Info-Issuer-Chain", "%E0%A4%A");
      response.end(good);
    };
    expect(await codeOf(intelPcs({ url }).tcbInfo("tdx", "00806f050000"))).to.equal("COLLATERAL_MALFORMED");
    expect(await codeOf(intelPcs({ url }).tcbInfo("tdx", "../../../etc"))).to.equal("COLLATERAL_MALFORMED");
  });

  it("tries again when a server is busy or away, and not when it refuses", async () => {
    answer = (_, response) => {
      response.statusCode = asked.length < 3 ? 503 : 200;
      response.end("late");
    };
    const { bytes } = await download(`${url}/busy`);
    expect(new TextDecoder().decode(bytes)).to.equal("late");
    expect(asked).to.have.length(3);

    answer = (_, response) => {
      response.statusCode = 404;
      response.end();
    };
    expect(await codeOf(download(`${url}/none`))).to.equal("COLLATERAL_REFUSED");
    expect(asked).to.have.length(4);
    expect(await codeOf(download("http://127.0.0.1:1/", { attempts: 2 }))).to.equal("COLLATERAL_UNREACHABLE");
  });

  it("takes no endless answer, and none that hangs", async () => {
    answer = (_, response) => {
      const write = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on("drain", write);
      write();
    };
    expect(await codeOf(download(`${url}/endless`))).to.equal("COLLATERAL_REFUSED");
    answer = () => {};
    expect(await codeOf(download(`${url}/hangs`, { timeout: 100, attempts: 1 }))).to.equal("COLLATERAL_UNREACHABLE");
  });

  it("ends when it is told to", async () => {
    answer = () => {};
    const controller = new AbortController();
    const ended = download(`${url}/hangs`, { signal: controller.signal });
    controller.abort(new Error("told to"));
    const error = await ended.catch((reason: unknown) => reason);
    expect(error).to.have.property("message", "told to");
  });
});
