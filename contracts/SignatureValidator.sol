// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {ISignatureValidator} from "./interfaces/ISignatureValidator.sol";

/// @title SignatureValidator
/// @notice See {ISignatureValidator}. A contract of its own because ERC-6492 has it call whatever a signature names: it holds nothing and
/// nobody trusts it with anything.
/// @custom:security-contact see SECURITY.md
contract SignatureValidator is ISignatureValidator {
    /// @dev Last 32 bytes of a wrapped signature (ERC-6492).
    bytes32 private constant MAGIC = 0x6492649264926492649264926492649264926492649264926492649264926492;

    /// @inheritdoc ISignatureValidator
    function isValid(address account, bytes32 digest, bytes calldata signature) external returns (bool) {
        if (signature.length < 32 || bytes32(signature[signature.length - 32:]) != MAGIC) {
            return SignatureChecker.isValidSignatureNowCalldata(account, digest, signature);
        }
        try this.unwrap(signature) returns (address factory, bytes memory deployment, bytes memory inner) {
            if (account.code.length == 0) {
                // Whether it worked shows in the next line: a wallet that is not there signs nothing.
                // solhint-disable-next-line avoid-low-level-calls
                (bool deployed, ) = factory.call(deployment);
                if (!deployed || account.code.length == 0) return false;
            }
            return SignatureChecker.isValidERC1271SignatureNow(account, digest, inner);
        } catch {
            return false;
        }
    }

    /// @notice Takes a wrapped signature (ERC-6492) apart. Reverts when it is none, which {isValid} survives by calling it from outside.
    function unwrap(
        bytes calldata signature
    ) external pure returns (address factory, bytes memory deployment, bytes memory inner) {
        return abi.decode(signature[:signature.length - 32], (address, bytes, bytes));
    }
}
