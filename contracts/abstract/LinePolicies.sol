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

    /// @dev One slot: a window, and the list that it was set in.
    struct Listed {
        uint40 from;
        uint40 until;
        uint32 list;
    }

    /// @dev A packed policy is below 2^9.
    uint256 private constant LIST_SHIFT = 16;
    /// @dev Bits of a time in {_worseSince}.
    uint256 private constant TIME_BITS = 40;

    /// @notice Says who controls a line.
    IDeltaLedger public immutable LEDGER;
    /// @inheritdoc INodeRegistry
    bool public immutable PRODUCTION;

    mapping(address verifier => Window) private _verifiers;
    mapping(bytes32 measurementId => Window) private _measurements;
    /// @dev See {_pack}; the list's number is at hand wherever a policy is read.
    mapping(bytes32 lineId => uint256) private _policies;
    mapping(bytes32 lineId => Checkpoints.Trace208) private _policyHistory;
    mapping(bytes32 lineId => mapping(address verifier => Window)) private _lineVerifiers;
    mapping(bytes32 lineId => mapping(bytes32 measurementId => Listed)) private _lineMeasurements;
    /// @dev End of a list that another one followed.
    mapping(bytes32 lineId => mapping(uint32 list => uint40)) private _sunsets;
    /// @dev 40 bits for each state: when a recheck found the platform in it or in a worse one, zero: never, or it was so at registration. States only
    /// become worse, so that one slot is all of the history.
    mapping(address receiptKey => uint256) private _worseSince;

    constructor(address authority_, IDeltaLedger ledger, bool production) AccessManaged(authority_) {
        if (address(ledger) == address(0)) revert NodeRegistry_ZeroAddress();
        LEDGER = ledger;
        PRODUCTION = production;
    }

    /// @inheritdoc INodeRegistry
    function setPolicy(bytes32 lineId, Policy calldata policy) external {
        LEDGER.requireControl(lineId, msg.sender);

        uint208 packed = _pack(policy);
        _policies[lineId] = (uint256(_listOf(lineId)) << LIST_SHIFT) | packed;
        _policyHistory[lineId].push(uint48(block.timestamp), packed);
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

        Listed storage listed = _lineMeasurements[lineId][measurementId];
        _requireWindow(Window(listed.from, listed.until), window);
        (listed.from, listed.until, listed.list) = (window.from, window.until, _listOf(lineId));
        emit LineMeasurementSet(lineId, measurementId, window);
    }

    /// @inheritdoc INodeRegistry
    function startMeasurementList(bytes32 lineId, uint40 sunset) external {
        LEDGER.requireControl(lineId, msg.sender);
        if (sunset < block.timestamp) revert NodeRegistry_InvalidWindow(uint40(block.timestamp), sunset);

        uint32 list = _listOf(lineId);
        _sunsets[lineId][list] = sunset;
        // So that two lists are in force at most, and what was before them is over without looking for it.
        if (list != 0 && _sunsets[lineId][list - 1] > block.timestamp) {
            _sunsets[lineId][list - 1] = uint40(block.timestamp);
        }
        _policies[lineId] += 1 << LIST_SHIFT;
        emit MeasurementListStarted(lineId, list + 1, sunset);
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
        uint256 packed = _policies[lineId];
        return Policy({followDefaults: packed & 1 == 1, maxTcbStatus: TcbStatus((packed >> 1) & 0xff)});
    }

    /// @inheritdoc INodeRegistry
    function measurementList(bytes32 lineId) external view returns (uint32) {
        return _listOf(lineId);
    }

    /// @inheritdoc INodeRegistry
    function lineVerifier(bytes32 lineId, address verifier) external view returns (Window memory) {
        return _lineVerifiers[lineId][verifier];
    }

    /// @inheritdoc INodeRegistry
    function lineMeasurement(bytes32 lineId, bytes32 measurementId) external view returns (Window memory) {
        return _windowOf(lineId, measurementId, _listOf(lineId));
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
    function _accepts(
        bytes32 lineId,
        address receiptKey,
        Enclave storage enclave,
        uint40 workedAt
    ) internal view returns (bool) {
        uint256 policy = _policies[lineId];
        if (_meets(policy, lineId, receiptKey, enclave, workedAt)) return true;
        if (workedAt == 0) return false;
        // The second of a change still belongs to the policy before.
        uint256 before = _policyHistory[lineId].upperLookup(workedAt - 1);
        return _meets(((policy >> LIST_SHIFT) << LIST_SHIFT) | before, lineId, receiptKey, enclave, workedAt);
    }

    /// @dev Notes that a recheck found the platform of an enclave in state `next`, which is worse than `last`.
    function _noteWorse(address receiptKey, TcbStatus last, TcbStatus next) internal {
        uint256 since = _worseSince[receiptKey];
        for (uint256 state = uint256(last) + 1; state <= uint256(next); ++state) {
            since |= block.timestamp << (TIME_BITS * (state - 1));
        }
        _worseSince[receiptKey] = since;
    }

    /// @dev `policy` is packed, its list included.
    function _meets(
        uint256 policy,
        bytes32 lineId,
        address receiptKey,
        Enclave storage enclave,
        uint40 workedAt
    ) private view returns (bool) {
        uint256 maxTcbStatus = (policy >> 1) & 0xff;
        bool followDefaults = policy & 1 == 1;
        // Found worse after the work: the state that was known then decides. The second of a recheck still belongs to it.
        if (uint256(enclave.tcbStatus) > maxTcbStatus) {
            uint40 since = _worseThanSince(receiptKey, maxTcbStatus);
            if (since == 0 || workedAt > since) return false;
        }

        address verifier = enclave.verifier;
        if (
            !_contains(_lineVerifiers[lineId][verifier], workedAt) &&
            !(followDefaults && _contains(_verifiers[verifier], workedAt))
        ) return false;

        bytes32 measurementId = enclave.measurementId;
        return
            _contains(_windowOf(lineId, measurementId, uint32(policy >> LIST_SHIFT)), workedAt) ||
            (followDefaults && _contains(_measurements[measurementId], workedAt));
    }

    /// @dev Since when the platform of an enclave is known to be worse than `state`, which it is now; zero: since it was registered.
    function _worseThanSince(address receiptKey, uint256 state) private view returns (uint40) {
        return uint40(_worseSince[receiptKey] >> (TIME_BITS * state));
    }

    /// @dev When a line accepts a measurement: what was set in an earlier list counts until that list's sunset.
    function _windowOf(bytes32 lineId, bytes32 measurementId, uint32 list) private view returns (Window memory window) {
        Listed memory listed = _lineMeasurements[lineId][measurementId];
        window = Window(listed.from, listed.until);
        if (listed.list != list) window.until = uint40(Math.min(window.until, _sunsets[lineId][listed.list]));
    }

    function _setWindow(Window storage current, Window calldata next) private {
        _requireWindow(current, next);
        current.from = next.from;
        current.until = next.until;
    }

    function _listOf(bytes32 lineId) private view returns (uint32) {
        return uint32(_policies[lineId] >> LIST_SHIFT);
    }

    /// @dev A window that has begun keeps its past, so that no setting takes pay from work already done.
    function _requireWindow(Window memory current, Window calldata next) private view {
        bool valid = next.from <= next.until;
        if (current.until != 0 && current.from <= block.timestamp) {
            uint256 past = Math.min(current.until, block.timestamp);
            valid = valid && next.from <= current.from && next.until >= past;
        }
        if (!valid) revert NodeRegistry_InvalidWindow(next.from, next.until);
    }

    function _contains(Window memory window, uint256 time) private pure returns (bool) {
        return window.until != 0 && window.from <= time && time <= window.until;
    }

    function _pack(Policy calldata policy) private pure returns (uint208) {
        return (uint208(policy.maxTcbStatus) << 1) | (policy.followDefaults ? 1 : 0);
    }
}
