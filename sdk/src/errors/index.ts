export { FreeholdError, type FreeholdErrorOptions } from "./base.js";
export { ConfigurationError, UnknownChainError, WrongChainError } from "./config.js";
export { decodeError, decodeRevert } from "./decode.js";
export { findRevertData } from "./find.js";
export { ContractRevertError, InsufficientTokenError, type Revert, UnknownRevertError } from "./revert.js";
export {
  EventMissingError,
  InsufficientFundsError,
  NetworkError,
  NonceError,
  TransactionReplacedError,
  UserRejectedError,
} from "./transport.js";
