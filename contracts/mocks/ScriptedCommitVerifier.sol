// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICommitGroth16Verifier, Point} from "../interfaces/ICommitGroth16Verifier.sol";

/// @notice Accepts the statements that it was told, and keeps what it was asked. For what callers must check of any verifier of tier 2.
contract ScriptedCommitVerifier is ICommitGroth16Verifier {
    mapping(bytes32 statement => bool) private _shown;
    mapping(uint256 root => mapping(uint256 x => uint256 y)) private _sums;

    /// @notice Lets a statement pass from now on: `abi.encode` of all arguments of the function that is asked.
    function show(bytes calldata statement) external {
        _shown[keccak256(statement)] = true;
    }

    function link(uint256 root, Point calldata anchor, bytes calldata linked) external returns (bool) {
        if (!_shown[keccak256(abi.encode(root, anchor, linked))]) return false;
        _sums[root][uint256(bytes32(linked[:32]))] = uint256(bytes32(linked[32:64]));
        return true;
    }

    function verify(uint256[] calldata publics, bytes calldata proof) external view returns (bool) {
        return _shown[keccak256(abi.encode(publics, proof))];
    }

    function verifyLinked(
        uint256[] calldata publics,
        Point calldata anchor,
        bytes calldata proof
    ) external view returns (bool) {
        return _shown[keccak256(abi.encode(publics, anchor, proof))];
    }

    function verifyBatch(
        uint256 root,
        uint256 x,
        uint256[] calldata publics,
        bytes calldata proofs
    ) external view returns (bool) {
        return _shown[keccak256(abi.encode(root, x, publics, proofs))];
    }

    function sumOf(uint256 root, uint256 x) external view returns (uint256) {
        return _sums[root][x];
    }

    function keyHash() external pure returns (bytes32) {
        return keccak256("scripted key of tier 2");
    }

    function key() external pure returns (bytes memory) {
        return "scripted key of tier 2";
    }

    function versions() external view returns (address) {
        return address(this);
    }
}
