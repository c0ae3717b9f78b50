#!/usr/bin/env node
import { addCeremony } from "./ceremony.js";
import { addNoir } from "./noir.js";
import { createProgram, runProgram } from "./program.js";

const program = createProgram("freehold", "Own the machine-learning models that others host for you.");
addCeremony(program);
addNoir(program);

process.exit(await runProgram(program));
