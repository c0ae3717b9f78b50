// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {DevelopmentTeeVerifier} from "../../../contracts/attestation/DevelopmentTeeVerifier.sol";
import {DeltaLedger} from "../../../contracts/DeltaLedger.sol";
import {InferenceEscrow} from "../../../contracts/InferenceEscrow.sol";
import {IDatasetRegistry} from "../../../contracts/interfaces/IDatasetRegistry.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {ModelRegistry} from "../../../contracts/ModelRegistry.sol";
import {NodeRegistry} from "../../../contracts/NodeRegistry.sol";
import {PaymentsActions} from "./PaymentsActions.sol";

/// @notice Everything that money needs: a line with an active version and a policy, a staked node with an attested
/// enclave, and an escrow.
abstract contract PaymentsBase is PaymentsActions {
    function setUp() public virtual {
        vm.warp(START);
        vm.roll(1_000);
        authority = new AccessManager(address(this));
        token = new TestToken(6);
        models = new ModelRegistry(1, 1 days);
        ledger = new DeltaLedger(models, IDatasetRegistry(address(0)));
        verifier = new DevelopmentTeeVerifier(TEST_ROOT);
        nodes = _newRegistry(false);
        escrow = _newEscrow();
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
        return
            new NodeRegistry(
                address(authority),
                token,
                ledger,
                ARBITER,
                MIN_STAKE,
                THAW_PERIOD,
                MAX_ENCLAVE_TTL,
                production
            );
    }

    function _newEscrow() internal returns (InferenceEscrow) {
        return new InferenceEscrow(address(authority), token, ledger, nodes, CLOSE_DELAY, MAX_BATCH_AGE);
    }
}
