export { type ErrorDetails, FreeholdError } from "./base.js";
