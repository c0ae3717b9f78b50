import { buildCommitment as build } from "../../datasets.js";
import { action } from "../bind.js";

/** Commits to records on this machine: see the function `buildCommitment`. Sends nothing. */
export const buildCommitment = action([], () => build);
