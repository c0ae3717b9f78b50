// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Wallet1271} from "../../../contracts/mocks/Wallet1271.sol";

/// @notice Deploys wallets where they can be foretold, as factories of smart accounts do (ERC-6492).
contract WalletFactory {
    bytes32 private constant MAGIC = 0x6492649264926492649264926492649264926492649264926492649264926492;

    /// @notice Deploys the wallet of an owner.
    function deploy(address owner, bytes32 salt) external returns (address) {
        return address(new Wallet1271{salt: salt}(owner));
    }

    /// @notice Where {deploy} puts the wallet.
    function walletOf(address owner, bytes32 salt) external view returns (address) {
        bytes32 initHash = keccak256(abi.encodePacked(type(Wallet1271).creationCode, abi.encode(owner)));
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", address(this), salt, initHash)))));
    }

    /// @notice The owner's signature, wrapped for a wallet that may not be there yet.
    function wrap(address owner, bytes32 salt, bytes calldata signature) external view returns (bytes memory) {
        return
            abi.encodePacked(abi.encode(address(this), abi.encodeCall(this.deploy, (owner, salt)), signature), MAGIC);
    }
}
