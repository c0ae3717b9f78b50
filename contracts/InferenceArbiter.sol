// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ArbiterBase} from "./abstract/ArbiterBase.sol";
import {ConsentChallenges} from "./abstract/ConsentChallenges.sol";
import {Bonds} from "./abstract/Bonds.sol";
import {FraudProofs} from "./abstract/FraudProofs.sol";
import {ProofAudits} from "./abstract/ProofAudits.sol";
import {ProofChallenges} from "./abstract/ProofChallenges.sol";
import {IDeltaLedger} from "./interfaces/IDeltaLedger.sol";
import {IInferenceEscrow} from "./interfaces/IInferenceEscrow.sol";
import {INodeRegistry} from "./interfaces/INodeRegistry.sol";
import {IVersionProofs} from "./interfaces/IVersionProofs.sol";

/// @title InferenceArbiter
/// @notice See {IInferenceArbiter}. Its parts: {FraudProofs} convicts on signatures, {ConsentChallenges} has nodes show vouchers,
/// {ProofChallenges} and {ProofAudits} have them prove what they answered.
/// @custom:security-contact see SECURITY.md
contract InferenceArbiter is FraudProofs, ConsentChallenges, ProofAudits {
    /// @param nodes the registry whose stakes are taken
    /// @param ledger says until when a version was payable
    /// @param escrows whose channels and signatures it judges
    /// @param penalty stake that a conviction takes, in the stake token's smallest unit
    /// @param bond units that a challenger puts at stake
    /// @param answerPeriod seconds to answer a challenge, no more than pay of the escrows vests
    /// @param proofs what is proven of versions, and what lines ask for
    /// @param proofWindow seconds after its work in which a receipt can be challenged
    constructor(
        INodeRegistry nodes,
        IDeltaLedger ledger,
        address[] memory escrows,
        uint256 penalty,
        uint64 bond,
        uint32 answerPeriod,
        IVersionProofs proofs,
        uint32 proofWindow
    ) ArbiterBase(nodes, ledger, escrows, penalty) Bonds(bond, answerPeriod) ProofChallenges(proofs, proofWindow) {
        for (uint256 i = 0; i < escrows.length; ++i) {
            // Else what a node answers for its friends vests before others' challenges of the same time end.
            if (answerPeriod > IInferenceEscrow(escrows[i]).VEST_PERIOD()) {
                revert InferenceArbiter_InvalidPeriod(answerPeriod);
            }
            // An audit that begins at the last moment is opened and proven before stake can leave that was there at the work.
            uint256 longest =
                uint256(IInferenceEscrow(escrows[i]).MAX_BATCH_AGE()) + proofWindow + 2 * uint256(answerPeriod);
            if (longest >= nodes.THAW_PERIOD()) revert InferenceArbiter_InvalidPeriod(proofWindow);
        }
    }
}
