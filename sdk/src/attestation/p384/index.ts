export { P384Error } from "./curve.js";
export { type P384Signature, p384Hints, p384Input } from "./hints.js";
export { p384Table } from "./table.js";
