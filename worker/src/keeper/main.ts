#!/usr/bin/env node
import { runProgram } from "../cli/program.js";
import { keeperProgram } from "./program.js";

process.exit(await runProgram(keeperProgram()));
