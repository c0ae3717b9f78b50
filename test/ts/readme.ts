import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import * as sdk from "@freehold/sdk";
import { hashFile } from "@freehold/sdk/node";
import { createDense, weightsRoot } from "@freehold/sdk/weights";
import { developmentProvider, measureCode, Worker } from "@freehold/worker";
import {
  architectureHash,
  encodeArchitecture,
  encodeMlpWeights,
  type NgramMlpArchitecture,
} from "@freehold/worker/engine";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import { sharedChain, type TestChain } from "./worker/harness/chain.ts";
import { createNode, workerConfig } from "./worker/harness/node.ts";

const ARCHITECTURE: NgramMlpArchitecture = {
  type: "freehold.ngram-mlp",
  version: 1,
  inputs: 2,
  hidden: 2,
  classes: 3,
  labels: ["negative", "neutral", "positive"],
  featuriser: { type: "freehold.ngrams", version: 1, maxCount: 15, stripAttribution: false },
  fractionBits: { hidden: 0, output: 0 },
  vocabulary: ["profit", "loss"],
};

/** Says "positive" of a profit only with a strength above zero. */
function weights(strength: number): Uint8Array {
  return encodeMlpWeights(ARCHITECTURE, {
    hiddenWeight: Int8Array.from([strength, 0, 0, strength]),
    hiddenBias: Int32Array.from([0, 0]),
    outputWeight: Int8Array.from([0, 1, 0, 0, 1, 0]),
    outputBias: Int32Array.from([0, 1, 0]),
  });
}

describe("README", () => {
  let chain: TestChain;
  let owner: HDNodeWallet;
  let worker: Worker | undefined;

  before(async () => {
    chain = await sharedChain();
    owner = await chain.account();
  });

  after(() => worker?.stop());

  it("the example runs as it stands there", async () => {
    const source = await readFile(new URL("../../README.md", import.meta.url), "utf8");
    const block = source.match(/```ts\n([\s\S]*?)```/)?.[1];
    expect(block, "a ts block in README.md").to.be.a("string");
    const code = stripTypeScriptTypes(block ?? "").replace(/^import .*$/gm, "");
    expect(block?.split("\n").filter((line) => /\S/.test(line) && !/^\s*\/\//.test(line)).length).to.be.at.most(20);

    const files = join(chain.directory, "readme-files");
    await mkdir(files);
    const [base, tuned] = [weights(0), weights(5)];
    const architecture = encodeArchitecture(ARCHITECTURE);
    const anchor = {
      weightsRoot: (await weightsRoot(base)).root,
      byteLength: BigInt(base.length),
      architectureHash: architectureHash(architecture),
      commitments: sdk.NO_COMMITMENTS,
    };
    const delta = createDense(base, tuned, { base: sdk.hashModelAnchor(anchor) });
    await writeFile(join(files, "model.safetensors"), base);
    await writeFile(join(files, "delta.safetensors"), delta);

    const printed: unknown[][] = [];
    const names = {
      ...sdk,
      hashFile: (name: string) => hashFile(join(files, name)),
      signer: owner,
      chainId: 31337n,
      deployment: chain.deployment,
      architectureHash: anchor.architectureHash,
      aMinute: () => chain.pass(61),
      nodeFor: (lineId: sdk.Hex) => nodeFor(lineId, files, architecture),
      console: { log: (...values: unknown[]) => printed.push(values) },
    };
    const AsyncFunction = (async () => {}).constructor as new (
      ...args: string[]
    ) => (...values: unknown[]) => Promise<void>;
    await new AsyncFunction(...Object.keys(names), code)(...Object.values(names));

    const versionHash = sdk.versionHash(
      sdk.hashModelAnchor(anchor),
      sdk.hashDeltaAnchor({
        weightsRoot: (await weightsRoot(delta)).root,
        byteLength: BigInt(delta.length),
        format: sdk.DeltaFormat.Dense,
        commitments: sdk.NO_COMMITMENTS,
      }),
    );
    expect(printed).to.deep.equal([["positive", versionHash]]);
  });

  /** What the README leaves to others: a node that serves the line, and a channel to it. */
  async function nodeFor(lineId: sdk.Hex, files: string, architecture: Uint8Array) {
    const freehold = sdk.createFreehold({ signer: owner, chainId: 31337n, deployment: chain.deployment });
    const store = join(chain.directory, "readme-store");
    await mkdir(store);
    for (const name of ["model.safetensors", "delta.safetensors"]) {
      const { root } = await hashFile(join(files, name));
      await copyFile(join(files, name), join(store, `${root}.safetensors`));
    }
    await writeFile(join(store, `${architectureHash(architecture)}.json`), architecture);
    const operator = await createNode(chain);
    await (
      await freehold.nodes.setPolicy({
        lineId,
        policy: { followDefaults: true, maxTcbStatus: sdk.TcbStatus.UpToDate },
        measurements: [measureCode()],
      })
    ).wait();
    const line = { lineId, store } as Parameters<typeof workerConfig>[1];
    worker = await Worker.create(workerConfig(chain, line), operator.privateKey, developmentProvider());
    const endpoint = await worker.start();
    await (await freehold.contract("Token").mint(owner.address, 10n ** 9n)).wait();
    await (await freehold.escrow.approve({ amount: 1000n })).wait();
    const { channel } = await (await freehold.escrow.open({ node: operator.address, lineId, amount: 1000n })).wait();
    return { endpoint, channel };
  }
});
