// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {DevelopmentTeeVerifier} from "../../../../contracts/attestation/DevelopmentTeeVerifier.sol";
import {DeltaLedger} from "../../../../contracts/DeltaLedger.sol";
import {InferenceEscrow} from "../../../../contracts/InferenceEscrow.sol";
import {Channel} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {ModelRegistry} from "../../../../contracts/ModelRegistry.sol";
import {NodeRegistry} from "../../../../contracts/NodeRegistry.sol";
import {PaymentsActions} from "../../utils/PaymentsActions.sol";
import {PaymentsStore} from "./PaymentsStore.sol";

/// @notice The contracts under test.
/// @param twin another escrow on the same registry, whose channels mirror those of `escrow`
struct World {
    AccessManager authority;
    TestToken token;
    ModelRegistry models;
    DeltaLedger ledger;
    DevelopmentTeeVerifier verifier;
    NodeRegistry nodes;
    InferenceEscrow escrow;
    InferenceEscrow twin;
    uint256 modelId;
    PaymentsStore store;
}

/// @notice Base of the handlers: many actors, and time that passes before every action.
abstract contract Handler is PaymentsActions {
    PaymentsStore internal immutable STORE;
    InferenceEscrow internal immutable TWIN;

    /// @dev Time passes: mostly minutes, sometimes days.
    modifier later(uint256 seed) {
        uint256 days_ = _pick(seed, "days", 24) == 0 ? _pick(seed, "how many", 4) : 0;
        skip(1 + _pick(seed, "minutes", 1 hours) + days_ * 1 days);
        _;
    }

    constructor(World memory world) {
        authority = world.authority;
        token = world.token;
        models = world.models;
        ledger = world.ledger;
        verifier = world.verifier;
        nodes = world.nodes;
        escrow = world.escrow;
        modelId = world.modelId;
        TWIN = world.twin;
        STORE = world.store;
    }

    /// @dev A number below `limit` that depends on the seed and on its purpose only.
    function _pick(uint256 seed, bytes32 purpose, uint256 limit) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, purpose))) % limit;
    }

    function _node(uint256 seed) internal view returns (address) {
        return vm.addr(STORE.nodeKeys(_pick(seed, "node", 3)));
    }

    function _payerKey(uint256 seed) internal view returns (uint256) {
        return STORE.payerKeys(_pick(seed, "payer", 4));
    }

    /// @dev Everything that belongs to an account: what governance must not reach.
    function _belongings() internal view returns (bytes32 digest) {
        for (uint256 i = 0; i < 3; ++i) {
            address node = vm.addr(STORE.nodeKeys(i));
            digest = keccak256(abi.encode(digest, nodes.nodeOf(node), escrow.earned(node), escrow.channelCount(node)));
            for (uint256 c = 0; c < escrow.channelCount(node); ++c) {
                Channel memory channel = escrow.channelOf(node, c);
                digest = keccak256(abi.encode(digest, channel));
            }
        }
        for (uint256 i = 0; i < 4; ++i) {
            address payer = vm.addr(STORE.payerKeys(i));
            digest = keccak256(abi.encode(digest, escrow.owed(payer), nodes.compensationOf(payer)));
        }
        bytes32[] memory lines = STORE.lines();
        for (uint256 i = 0; i < lines.length; ++i) {
            digest = keccak256(
                abi.encode(
                    digest,
                    ledger.lineOf(lines[i]),
                    nodes.policyOf(lines[i]),
                    nodes.lineVerifier(lines[i], address(verifier)),
                    nodes.lineMeasurement(lines[i], MEASUREMENT)
                )
            );
        }
        digest = keccak256(abi.encode(digest, escrow.liabilities(), nodes.liabilities()));
        digest = keccak256(abi.encode(digest, token.balanceOf(address(escrow)), token.balanceOf(address(nodes))));
    }
}
