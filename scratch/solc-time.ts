import { readFileSync } from "node:fs"; import { createRequire } from "node:module";
const solc = createRequire(import.meta.url)("solc"); const file = process.argv[2]!; const kind = process.argv[3]!;
const input = JSON.parse(readFileSync(file, "utf8")).input; const sel = input.settings.outputSelection;
if (kind === "show") { console.log(Object.keys(input.sources).length, JSON.stringify(input.settings, (k, v) => k === "outputSelection" ? v : k === "remappings" ? v.length : v)); process.exit(); }
input.settings.optimizer = { enabled: process.argv[4] === "opt" };
const all = sel["*"]["*"] as string[]; const files: Record<string, any> = {};
if (kind === "tests") for (const s of Object.keys(input.sources)) files[s] = { "*": s.startsWith("project/test/") ? all : all.filter((x) => !x.startsWith("evm")), "": sel["*"][""] };
if (kind === "tests") input.settings.outputSelection = files;
if (kind === "noast") sel["*"][""] = [];
if (kind === "none") input.settings.outputSelection = { "*": { "*": ["abi"] } };
if (kind === "code") input.settings.outputSelection = { "*": { "*": ["evm.bytecode.object"] } };
if (kind === "t.sol") { for (const s of Object.keys(input.sources)) files[s] = { "*": s.endsWith(".t.sol") ? all : all.filter((x) => !x.startsWith("evm")), "": sel["*"][""] }; input.settings.outputSelection = files; }
const t = process.cpuUsage(); const out = solc.compile(JSON.stringify(input)); const u = process.cpuUsage(t);
const parsed = JSON.parse(out); console.log(kind, out.length, ((u.user + u.system) / 1e6).toFixed(1), "s cpu", (parsed.errors ?? []).filter((e: any) => e.severity === "error").length, "errors");
