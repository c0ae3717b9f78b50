// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ArbiterBase} from "./abstract/ArbiterBase.sol";
import {ConsentChallenges} from "./abstract/ConsentChallenges.sol";
import {FraudProofs} from "./abstract/FraudProofs.sol";
import {IDeltaLedger} from "./interfaces/IDeltaLedger.sol";
import {INodeRegistry} from "./interfaces/INodeRegistry.sol";

/// @title InferenceArbiter
/// @notice See {IInferenceArbiter}. Its parts: {FraudProofs} convicts on signatures, {ConsentChallenges} has nodes show vouchers.
/// @custom:security-contact see SECURITY.md
contract InferenceArbiter is FraudProofs, ConsentChallenges {
    /// @param nodes the registry whose stakes are taken
    /// @param ledger says until when a version was payable
    /// @param escrows whose channels and signatures it judges
    /// @param penalty stake that a conviction takes, in the stake token's smallest unit
    /// @param bond units that a challenger puts at stake
    /// @param answerPeriod seconds to answer a challenge
    constructor(
        INodeRegistry nodes,
        IDeltaLedger ledger,
        address[] memory escrows,
        uint256 penalty,
        uint64 bond,
        uint32 answerPeriod
    ) ArbiterBase(nodes, escrows) FraudProofs(ledger, penalty) ConsentChallenges(bond, answerPeriod) {}
}
