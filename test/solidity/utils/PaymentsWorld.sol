// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {EscrowSettings} from "../../../contracts/abstract/EscrowBase.sol";
import {DevelopmentTeeVerifier} from "../../../contracts/attestation/DevelopmentTeeVerifier.sol";
import {DeltaLedger} from "../../../contracts/DeltaLedger.sol";
import {InferenceArbiter} from "../../../contracts/InferenceArbiter.sol";
import {InferenceEscrow} from "../../../contracts/InferenceEscrow.sol";
import {RegistrySettings} from "../../../contracts/interfaces/INodeRegistry.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {ModelRegistry} from "../../../contracts/ModelRegistry.sol";
import {NodeRegistry} from "../../../contracts/NodeRegistry.sol";
import {ProofKeys} from "../../../contracts/proofs/ProofKeys.sol";
import {SignatureValidator} from "../../../contracts/SignatureValidator.sol";
import {VersionProofs} from "../../../contracts/VersionProofs.sol";
import {PaymentsActions} from "./PaymentsActions.sol";

/// @notice Everything that money needs: a line with an active version and a policy, a staked node with an attested
/// enclave, an escrow whose lane O it stands behind, and an arbiter that may slash.
abstract contract PaymentsWorld is PaymentsActions {
    /// @dev The highest share of the stake, a quarter: lane O of one line has it all.
    uint8 internal constant MOST_STAKE = 1;

    function _buildWorld() internal {
        vm.warp(START);
        vm.roll(1_000);
        authority = AccessManager(_create("AccessManager.sol", abi.encode(address(this))));
        token = TestToken(_create("TestToken.sol", abi.encode(uint8(6))));
        models = ModelRegistry(_create("ModelRegistry.sol", abi.encode(1, 1 days)));
        ledger = DeltaLedger(_create("DeltaLedger.sol", abi.encode(models, address(0))));
        keys = ProofKeys(_create("ProofKeys.sol", abi.encode(authority)));
        proofs = VersionProofs(_create("VersionProofs.sol", abi.encode(ledger, keys, PROOF_NOTICE, false)));
        verifier = DevelopmentTeeVerifier(_create("DevelopmentTeeVerifier.sol", abi.encode(TEST_ROOT)));
        validator = SignatureValidator(_create("SignatureValidator.sol", ""));
        nodes = _newRegistry(false);
        escrow = _newEscrow(token);
        arbiter = _newArbiter();
        _nameSlasher(nodes, address(arbiter));
        nodes.setVerifier(verifier, _always());

        modelId = _deployModel(OWNER, "base");
        (lineId, staleHash) = _openLine(OWNER, modelId);
        versionHash = _appendAndActivate(OWNER, modelId, "first delta");
        skip(GRACE + 1);
        _pin(OWNER, lineId, MEASUREMENT);

        _registerNode(NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(NODE, ENCLAVE);
        _setShare(MOST_STAKE);
    }

    /// @dev Registry, escrow and arbiter anew, with stake and money in another token.
    function _deployPayments(TestToken money) internal {
        token = money;
        nodes = _newRegistry(false);
        escrow = _newEscrow(money);
        arbiter = _newArbiter();
        _nameSlasher(nodes, address(arbiter));
        nodes.setVerifier(verifier, _always());
        _pin(OWNER, lineId, MEASUREMENT);
        _registerNode(NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(NODE, ENCLAVE);
        _setShare(MOST_STAKE);
    }

    /// @dev Puts another registry in the place of `nodes`.
    function _replaceRegistry(bool production) internal {
        nodes = _newRegistry(production);
        _nameSlasher(nodes, address(arbiter));
    }

    /// @dev A registry that takes no stake yet, see {_nameSlasher}.
    function _newRegistry(bool production) internal returns (NodeRegistry) {
        RegistrySettings memory settings = RegistrySettings({
            authority: address(authority),
            stakeToken: token,
            ledger: ledger,
            minStake: MIN_STAKE,
            recheckBounty: RECHECK_BOUNTY,
            thawPeriod: THAW_PERIOD,
            maxEnclaveTtl: MAX_ENCLAVE_TTL,
            maxEvidenceAge: MAX_EVIDENCE_AGE,
            production: production
        });
        return NodeRegistry(_create("NodeRegistry.sol", abi.encode(settings)));
    }

    function _settings(IERC20Metadata money) internal view returns (EscrowSettings memory) {
        return
            EscrowSettings({
                authority: address(authority),
                token: money,
                ledger: ledger,
                nodes: nodes,
                validator: validator,
                maxBatchAge: MAX_BATCH_AGE,
                vestPeriod: VEST_PERIOD
            });
    }

    function _newEscrow(IERC20Metadata money) internal returns (InferenceEscrow) {
        return InferenceEscrow(_create("InferenceEscrow.sol", abi.encode(_settings(money))));
    }

    /// @dev An arbiter of `escrow`, which may not slash yet.
    function _newArbiter() internal returns (InferenceArbiter) {
        address[] memory escrows = new address[](1);
        escrows[0] = address(escrow);
        return _arbiterOf(escrows, PENALTY);
    }

    function _arbiterOf(address[] memory escrows, uint256 penalty) internal returns (InferenceArbiter) {
        bytes memory args = abi.encode(nodes, ledger, escrows, penalty, BOND, ANSWER_PERIOD, proofs, PROOF_WINDOW);
        return InferenceArbiter(_create("InferenceArbiter.sol", args));
    }
}
