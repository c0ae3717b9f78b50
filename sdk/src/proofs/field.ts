/** Order of BN254's scalar field: public inputs, commitments and their salts are below it. */
export const SCALAR_FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
