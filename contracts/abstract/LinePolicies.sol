// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {IDeltaLedger} from "../interfaces/IDeltaLedger.sol";
import {Enclave, INodeRegistry, Policy, Window} from "../interfaces/INodeRegistry.sol";
import {ITeeVerifier, TcbStatus} from "../interfaces/ITeeVerifier.sol";

/// @title LinePolicies
/// @notice The part of {INodeRegistry} that knows what each line, and governance by default, accepts of an enclave.
abstract contract LinePolicies is INodeRegistry, AccessManaged {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice Says who controls a line.
    IDeltaLedger public immutable LEDGER;
    /// @inheritdoc INodeRegistry
    bool public immutable PRODUCTION;

    mapping(address verifier => Window) private _verifiers;
    mapping(bytes32 measurementId => Window) private _measurements;
    mapping(bytes32 lineId => Policy) private _policies;
    mapping(bytes32 lineId => Checkpoints.Trace208) private _policyHistory;
    mapping(bytes32 lineId => mapping(address verifier => Window)) private _lineVerifiers;
    mapping(bytes32 lineId => mapping(bytes32 measurementId => Window)) private _lineMeasurements;

    constructor(address authority_, IDeltaLedger ledger, bool production) AccessManaged(authority_) {
        if (address(ledger) == address(0)) revert NodeRegistry_ZeroAddress();
        LEDGER = ledger;
        PRODUCTION = production;
    }

    /// @inheritdoc INodeRegistry
    function setPolicy(bytes32 lineId, Policy calldata policy) external {
        LEDGER.requireControl(lineId, msg.sender);

        _policies[lineId] = policy;
        _policyHistory[lineId].push(uint48(block.timestamp), _pack(policy));
        emit PolicySet(lineId, policy);
    }

    /// @inheritdoc INodeRegistry
    function setLineVerifier(bytes32 lineId, address verifier, Window calldata window) external {
        LEDGER.requireControl(lineId, msg.sender);
        if (verifier == address(0)) revert NodeRegistry_ZeroAddress();

        _setWindow(_lineVerifiers[lineId][verifier], window);
        emit LineVerifierSet(lineId, verifier, window);
    }

    /// @inheritdoc INodeRegistry
    function setLineMeasurement(bytes32 lineId, bytes32 measurementId, Window calldata window) external {
        LEDGER.requireControl(lineId, msg.sender);

        _setWindow(_lineMeasurements[lineId][measurementId], window);
        emit LineMeasurementSet(lineId, measurementId, window);
    }

    /// @inheritdoc INodeRegistry
    function setVerifier(ITeeVerifier verifier, Window calldata window) external restricted {
        if (address(verifier) == address(0)) revert NodeRegistry_ZeroAddress();
        if (PRODUCTION && verifier.isDevelopment()) revert NodeRegistry_DevelopmentTee(address(verifier));

        _setWindow(_verifiers[address(verifier)], window);
        emit VerifierAccepted(address(verifier), window);
    }

    /// @inheritdoc INodeRegistry
    function setDefaultMeasurement(bytes32 measurementId, Window calldata window) external restricted {
        _setWindow(_measurements[measurementId], window);
        emit DefaultMeasurementSet(measurementId, window);
    }

    /// @inheritdoc INodeRegistry
    function policyOf(bytes32 lineId) external view returns (Policy memory) {
        return _policies[lineId];
    }

    /// @inheritdoc INodeRegistry
    function lineVerifier(bytes32 lineId, address verifier) external view returns (Window memory) {
        return _lineVerifiers[lineId][verifier];
    }

    /// @inheritdoc INodeRegistry
    function lineMeasurement(bytes32 lineId, bytes32 measurementId) external view returns (Window memory) {
        return _lineMeasurements[lineId][measurementId];
    }

    /// @inheritdoc INodeRegistry
    function verifierWindow(address verifier) external view returns (Window memory) {
        return _verifiers[verifier];
    }

    /// @inheritdoc INodeRegistry
    function defaultMeasurement(bytes32 measurementId) external view returns (Window memory) {
        return _measurements[measurementId];
    }

    /// @dev Whether enclaves may register through `verifier` now.
    function _isVerifierAccepted(address verifier) internal view returns (bool) {
        return _contains(_verifiers[verifier], block.timestamp);
    }

    /// @dev Whether the line accepts work that the enclave finished at `workedAt`: under its policy now, or under the one
    /// that was in force then.
    function _accepts(bytes32 lineId, Enclave storage enclave, uint40 workedAt) internal view returns (bool) {
        if (_meets(_policies[lineId], lineId, enclave, workedAt)) return true;
        if (workedAt == 0) return false;
        // The second of a change still belongs to the policy before.
        Policy memory before = _unpack(_policyHistory[lineId].upperLookup(workedAt - 1));
        return _meets(before, lineId, enclave, workedAt);
    }

    function _meets(
        Policy memory policy,
        bytes32 lineId,
        Enclave storage enclave,
        uint40 workedAt
    ) private view returns (bool) {
        if (enclave.tcbStatus > policy.maxTcbStatus) return false;

        address verifier = enclave.verifier;
        if (
            !_contains(_lineVerifiers[lineId][verifier], workedAt) &&
            !(policy.followDefaults && _contains(_verifiers[verifier], workedAt))
        ) return false;

        bytes32 measurementId = enclave.measurementId;
        return
            _contains(_lineMeasurements[lineId][measurementId], workedAt) ||
            (policy.followDefaults && _contains(_measurements[measurementId], workedAt));
    }

    /// @dev A window that has begun keeps its past, so that no setting takes pay from work already done.
    function _setWindow(Window storage current, Window calldata next) private {
        bool valid = next.from <= next.until;
        if (current.until != 0 && current.from <= block.timestamp) {
            uint256 past = Math.min(current.until, block.timestamp);
            valid = valid && next.from <= current.from && next.until >= past;
        }
        if (!valid) revert NodeRegistry_InvalidWindow(next.from, next.until);
        current.from = next.from;
        current.until = next.until;
    }

    function _contains(Window memory window, uint256 time) private pure returns (bool) {
        return window.until != 0 && window.from <= time && time <= window.until;
    }

    function _pack(Policy calldata policy) private pure returns (uint208) {
        return (uint208(policy.maxTcbStatus) << 1) | (policy.followDefaults ? 1 : 0);
    }

    function _unpack(uint208 packed) private pure returns (Policy memory) {
        return Policy({followDefaults: packed & 1 == 1, maxTcbStatus: TcbStatus(packed >> 1)});
    }
}
