// A process of its own, whose flags say what its machine can do: one proof, and whether the lanes made it.
import { createProver, developmentSetup, verify, verifyingKey } from "@freehold/circuits";
import { Engine } from "@freehold/circuits/prover";
import { synthetic } from "./synthetic.ts";

const { system, witness, publics } = synthetic({ constraints: 300, publics: 2 });
const key = await developmentSetup(system);
const prover = await createProver(key, { threads: 1 });
const proof = await prover.prove(witness);
prover.close();
console.log((await Engine.create()).hasLanes, verify(verifyingKey(key), publics, proof));
