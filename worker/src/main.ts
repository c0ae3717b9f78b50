#!/usr/bin/env node
import { runProgram } from "./cli/program.js";
import { workerProgram } from "./cli/worker.js";

process.exit(await runProgram(workerProgram()));
