#!/usr/bin/env node
import { runProgram } from "../cli/program.js";
import { towerProgram } from "./program.js";

process.exit(await runProgram(towerProgram()));
