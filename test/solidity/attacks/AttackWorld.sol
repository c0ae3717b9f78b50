// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {DevelopmentTeeVerifier} from "../../../contracts/attestation/DevelopmentTeeVerifier.sol";
import {DeltaLedger} from "../../../contracts/DeltaLedger.sol";
import {EscrowSettings} from "../../../contracts/abstract/EscrowBase.sol";
import {SignatureValidator} from "../../../contracts/SignatureValidator.sol";
import {InferenceArbiter} from "../../../contracts/InferenceArbiter.sol";
import {InferenceEscrow} from "../../../contracts/InferenceEscrow.sol";
import {IDatasetRegistry} from "../../../contracts/interfaces/IDatasetRegistry.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {ModelRegistry} from "../../../contracts/ModelRegistry.sol";
import {NodeRegistry} from "../../../contracts/NodeRegistry.sol";
import {AttackActions} from "./AttackActions.sol";

/// @notice Everything that money needs: a line with an active version and a policy, a staked node with an attested
/// enclave, and an escrow.
abstract contract AttackWorld is AttackActions {
    SignatureValidator internal validator;

    function setUp() public virtual {
        vm.warp(START);
        vm.roll(1_000);
        authority = new AccessManager(address(this));
        token = new TestToken(6);
        models = new ModelRegistry(1, 1 days);
        ledger = new DeltaLedger(models, IDatasetRegistry(address(0)));
        verifier = new DevelopmentTeeVerifier(TEST_ROOT);
        nodes = _newRegistry(false);
        validator = new SignatureValidator();
        escrow = _newEscrow();
        address[] memory escrows = new address[](1);
        escrows[0] = address(escrow);
        arbiter = new InferenceArbiter(nodes, ledger, escrows, PENALTY, BOND, ANSWER_PERIOD);
        address[] memory slashers = new address[](1);
        slashers[0] = address(arbiter);
        nodes.setSlashers(slashers);
        nodes.setVerifier(verifier, _always());

        modelId = _deployModel(OWNER, "base");
        (lineId, staleHash) = _openLine(OWNER, modelId);
        versionHash = _appendAndActivate(OWNER, modelId, "first delta");
        skip(GRACE + 1);
        _pin(OWNER, lineId, MEASUREMENT);

        _registerNode(NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(NODE, ENCLAVE);
    }

    function _newRegistry(bool production) internal returns (NodeRegistry) {
        return new NodeRegistry(address(authority), token, ledger, MIN_STAKE, THAW_PERIOD, MAX_ENCLAVE_TTL, production);
    }

    function _newEscrow() internal returns (InferenceEscrow) {
        return _newEscrow(token);
    }

    function _newEscrow(IERC20Metadata money) internal returns (InferenceEscrow) {
        return
            new InferenceEscrow(
                EscrowSettings(address(authority), money, ledger, nodes, validator, MAX_BATCH_AGE, VEST_PERIOD)
            );
    }
}
