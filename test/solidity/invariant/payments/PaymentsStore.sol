// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice One channel that a handler opened.
struct ChannelRef {
    address node;
    uint256 index;
    uint256 payerKey;
}

/// @notice One enclave that a handler registered. `end` is the last second at which its work counts.
struct EnclaveRef {
    uint256 key;
    address node;
    uint40 registeredAt;
    uint40 end;
}

/// @notice What the handlers know without asking the contracts: actors, what they signed, what they were promised.
contract PaymentsStore {
    uint256[4] public payerKeys = [uint256(0xb001), 0xb002, 0xb003, 0xb004];
    uint256[3] public nodeKeys = [uint256(0xd001), 0xd002, 0xd003];
    uint256[2] public ownerKeys = [uint256(0xf001), 0xf002];

    /// @dev lines[0] pins what it accepts, lines[1] follows the defaults.
    bytes32[] private _lines;
    mapping(bytes32 line => bytes32[]) private _versions;
    /// @notice Until when work on a version counts, by the rule of the grace: 0 never, max while active.
    mapping(bytes32 line => mapping(bytes32 versionHash => uint256)) public payableUntil;

    ChannelRef[] private _channels;
    mapping(address node => uint256[] ids) private _channelsOf;
    /// @notice Highest amount that an enclave metered, in a batch that was accepted.
    mapping(uint256 channelId => uint256) public metered;
    /// @notice Highest amount of a genuine voucher in such a batch.
    mapping(uint256 channelId => uint256) public signed;

    EnclaveRef[] private _enclaves;

    mapping(address node => uint256) public stakeOf;
    mapping(address node => uint256) public thawRequestedAt;
    uint256 public burned;

    mapping(bytes32 what => uint256 times) public count;

    function hit(bytes32 what) external {
        ++count[what];
    }

    function addLine(bytes32 line) external {
        _lines.push(line);
    }

    function addVersion(bytes32 line, bytes32 versionHash) external {
        _versions[line].push(versionHash);
    }

    function setPayableUntil(bytes32 line, bytes32 versionHash, uint256 until) external {
        payableUntil[line][versionHash] = until;
    }

    function addChannel(ChannelRef calldata opened) external {
        _channelsOf[opened.node].push(_channels.length);
        _channels.push(opened);
    }

    function noteRow(uint256 channelId, uint256 metered_, uint256 signed_) external {
        if (metered_ > metered[channelId]) metered[channelId] = metered_;
        if (signed_ > signed[channelId]) signed[channelId] = signed_;
    }

    function addEnclave(EnclaveRef calldata registered) external {
        _enclaves.push(registered);
    }

    function endEnclave(uint256 id, uint40 end) external {
        if (end < _enclaves[id].end) _enclaves[id].end = end;
    }

    function addStake(address node, uint256 amount) external {
        stakeOf[node] += amount;
    }

    function removeStake(address node, uint256 amount, uint256 burned_) external {
        stakeOf[node] -= amount;
        burned += burned_;
    }

    function setThawRequestedAt(address node, uint256 time) external {
        thawRequestedAt[node] = time;
    }

    function lines() external view returns (bytes32[] memory) {
        return _lines;
    }

    function versions(bytes32 line) external view returns (bytes32[] memory) {
        return _versions[line];
    }

    function channels() external view returns (ChannelRef[] memory) {
        return _channels;
    }

    function channel(uint256 id) external view returns (ChannelRef memory) {
        return _channels[id];
    }

    function channelsOf(address node) external view returns (uint256[] memory) {
        return _channelsOf[node];
    }

    function channelCount() external view returns (uint256) {
        return _channels.length;
    }

    function enclaveCount() external view returns (uint256) {
        return _enclaves.length;
    }

    function enclave(uint256 id) external view returns (EnclaveRef memory) {
        return _enclaves[id];
    }

    function enclaves() external view returns (EnclaveRef[] memory) {
        return _enclaves;
    }
}
