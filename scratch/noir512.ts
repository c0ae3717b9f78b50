import { noirTools, NoirProgram } from "../test/ts/proofs/utils/noir.ts";
import { noirInferenceInputs } from "@freehold/circuits/noir";
import { inferenceCase } from "../test/ts/circuits/models.ts";
const tools = await noirTools(); if (!tools) process.exit(1);
const shape = { inputs: Number(process.argv[2]), hidden: Number(process.argv[3]), classes: 3 };
let t = performance.now();
const lap = (s: string) => { console.log(s, ((performance.now() - t) / 1000).toFixed(1), "s", Math.round(process.memoryUsage().rss / 2 ** 20), "MiB"); t = performance.now(); };
const p = await NoirProgram.inference(tools, shape); lap("compiled");
const { values } = inferenceCase(shape, 1, 3);
const { inputs } = noirInferenceInputs(shape, values); const w = await p.execute(inputs); lap(`executed ${w.length}`);
const { execFileSync } = await import("node:child_process"); console.log(execFileSync(tools.bb, ["gates", "-b", "program.json"], { cwd: p.directory }).toString().slice(0, 400)); lap("gates");
console.log(p.directory);
if (process.argv[4]) {
const { writeDevelopmentString, forDevelopment, compileVerifier } = await import("../test/ts/proofs/utils/honk.ts");
const { mkdirSync } = await import("node:fs"); const crs = p.directory + "/crs"; mkdirSync(crs);
await writeDevelopmentString(crs, Number(process.argv[4])); lap("string");
const { source } = await p.key(crs); lap("key");
const proof = await p.prove(inputs, crs); lap(`proof ${proof.length}`);
console.log("code", compileVerifier(forDevelopment(source)).length / 2); lap("verifier");
}
