// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice An account that is a contract, and can swallow what fails inside of it.
contract HostilePayer {
    /// @notice Calls, and fails when the call fails.
    function run(address target, bytes calldata data) external returns (bytes memory result) {
        bool success;
        (success, result) = target.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
    }

    /// @notice Calls, and never fails.
    function tryRun(address target, bytes calldata data) external {
        (bool success, ) = target.call(data);
        success;
    }
}

/// @notice A smart account whose owner can leave it, so that no signature is valid any more.
contract FickleWallet is IERC1271 {
    address public owner;

    constructor(address owner_, IERC20 token, address spender) {
        owner = owner_;
        token.approve(spender, type(uint256).max);
    }

    /// @notice Nobody signs for it from now on.
    function removeOwner() external {
        owner = address(0);
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(hash, signature);
        bool valid = failure == ECDSA.RecoverError.NoError && signer == owner;
        return valid ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @notice Answers every signature check with as many bytes as the gas allows.
contract ReturnBomb {
    fallback() external {
        assembly ("memory-safe") {
            return(0, 500000)
        }
    }
}

/// @notice Makes {FickleWallet}s at addresses that are known before.
contract FickleWalletFactory {
    /// @notice Deploys the wallet of `owner`.
    function deploy(address owner, IERC20 token, address spender) external returns (address) {
        return address(new FickleWallet{salt: 0}(owner, token, spender));
    }

    /// @notice Where {deploy} puts it.
    function addressOf(address owner, IERC20 token, address spender) external view returns (address) {
        bytes memory code = abi.encodePacked(type(FickleWallet).creationCode, abi.encode(owner, token, spender));
        return
            address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", address(this), bytes32(0), keccak256(code))))));
    }
}
