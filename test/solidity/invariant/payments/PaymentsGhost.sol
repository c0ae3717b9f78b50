// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Channel} from "../../../../contracts/interfaces/IChannels.sol";
import {PaymentsWorld} from "../../utils/PaymentsWorld.sol";

/// @notice One node's business on one line: a book of the escrow.
struct Shop {
    address node;
    uint256 line;
}

/// @notice A line of this world and the versions that it ever had.
struct GhostLine {
    bytes32 id;
    address owner;
    bytes32[] hashes;
    uint40[] until;
    uint256 active;
}

/// @notice What a channel must be, from what happened and nothing that a contract says of it.
/// @param signed highest amount that its signer ever signed or agreed to, units
/// @param paid what it must have paid, units
/// @param disputable whether a challenge may still take back
struct GhostChannel {
    uint256 shop;
    uint256 channel;
    uint256 payerKey;
    uint256 signerKey;
    uint64 deposited;
    uint64 paid;
    uint64 signed;
    uint40 closeAt;
    bool optimistic;
    bool disputable;
    bool closed;
}

/// @notice An enclave that was registered; Unix seconds.
/// @param validUntil the last at which its work is payable on these lines
/// @param endsAt the end of its life: later than `validUntil` when the lines do not accept its platform any more
/// @param promisedUntil the end that its operator knows, which no recheck brings forward
struct GhostEnclave {
    uint256 key;
    address node;
    uint40 validUntil;
    uint40 endsAt;
    uint40 promisedUntil;
}

/// @notice What happened in a world of two nodes and two lines, and how actions are watched.
abstract contract PaymentsGhost is PaymentsWorld {
    /// @dev Slot of `_books` in {EscrowBase}.
    uint256 private constant BOOKS = 3;
    uint256 internal constant LIVE_PER_SHOP = 12;

    Shop[] internal shops;
    GhostLine[] internal lines;
    GhostChannel[] internal ghosts;
    GhostEnclave[] internal enclaves;
    mapping(uint256 shop => uint256[] ghosts) internal ofShop;
    mapping(uint256 shop => uint256[] ghosts) internal live;
    /// @dev When a node left itself too little stake to register enclaves, and when it last settled lane O.
    mapping(address node => uint40) internal barredSince;
    mapping(address node => uint40) internal lastOptimistic;

    /// @notice Calls that did what they were meant to, in all and by kind; attempts that had to fail are not among them.
    uint256 public actions;
    mapping(bytes32 kind => uint256 times) public count;
    /// @notice Attempts that had to fail and did.
    mapping(bytes32 kind => uint256 times) public refused;
    /// @notice First invariant that an action broke; zero: none.
    bytes32 public breach;

    /// @dev Hot slots around a channel before an action: the one below, its own, the one above.
    uint256[3] private _before;
    uint256 private _watchedPlace;

    function _done(bytes32 kind) internal returns (bool) {
        ++count[kind];
        return true;
    }

    /// @dev An attempt that had to fail: `passed` breaks the invariant.
    function _mustFail(bytes32 invariant_, bytes32 kind, bool passed) internal {
        if (passed) _broken(invariant_);
        else ++refused[kind];
    }

    function _require(bytes32 invariant_, bool holds) internal {
        if (!holds) _broken(invariant_);
    }

    function _broken(bytes32 invariant_) private {
        if (breach == 0) breach = invariant_;
    }

    // Neighbours

    /// @dev Remembers the raw lanes around a channel.
    function _watch(uint256 shop, uint256 channel) internal {
        _watchedPlace = _hotPlace(shop, channel);
        for (uint256 i = 0; i < 3; ++i) _before[i] = _raw(_watchedPlace + i - 1);
    }

    /// @dev Nothing but the lanes of `mask` in the channel's own slot may have changed.
    function _unwatch(uint256 mask) internal {
        uint256 free = 0;
        for (uint256 i = 0; i < 4; ++i) {
            if ((mask >> i) & 1 == 1) free |= uint256(type(uint64).max) << (64 * i);
        }
        uint256 changed = (_before[1] ^ _raw(_watchedPlace)) & ~free;
        // Below the first slot is the state of the book, which settlements do change.
        if (_watchedPlace != _hotPlaceOf(_watchedPlace)) changed |= _before[0] ^ _raw(_watchedPlace - 1);
        changed |= _before[2] ^ _raw(_watchedPlace + 1);
        _require("neighbours", changed == 0);
    }

    /// @dev What else an action must leave alone: the channel is as its ghost says.
    function _checkGhost(uint256 index) internal {
        GhostChannel storage ghost = ghosts[index];
        Channel memory now_ = _channelOf(ghost);
        _require("I5", now_.paid == ghost.paid && now_.deposited == (ghost.closed ? ghost.paid : ghost.deposited));
        _require("I5", now_.closed == ghost.closed && now_.closeAt == ghost.closeAt);
    }

    /// @dev Units more were taken: never fewer, and on lane V never more than was signed.
    function _paidMore(GhostChannel storage ghost, uint64 units) internal {
        ghost.paid += units;
        if (!ghost.optimistic) _require("signed", ghost.paid <= ghost.signed);
    }

    function _close(uint256 index) internal {
        GhostChannel storage ghost = ghosts[index];
        if (ghost.closed) return;
        ghost.closed = true;
        uint256[] storage list = live[ghost.shop];
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == index) {
                list[i] = list[list.length - 1];
                list.pop();
                return;
            }
        }
    }

    // Reading the world

    function _channelOf(GhostChannel storage ghost) internal view returns (Channel memory) {
        Shop storage shop = shops[ghost.shop];
        return escrow.channelOf(shop.node, _lineOf(ghost.shop), ghost.channel);
    }

    function _lineOf(uint256 shop) internal view returns (bytes32) {
        return lines[shops[shop].line].id;
    }

    /// @dev A channel of a shop: one that is open, or one of the newest, open or not.
    function _anyOf(uint256 shop, uint256 seed) internal view returns (uint256 index) {
        uint256[] storage list = live[shop];
        if (list.length != 0 && seed & 3 != 0) return list[(seed >> 8) % list.length];
        uint256[] storage all = ofShop[shop];
        uint256 newest = all.length < 16 ? all.length : 16;
        return all[all.length - 1 - ((seed >> 8) % newest)];
    }

    function _any(uint256 seed) internal view returns (uint256 index) {
        return _anyOf(seed % shops.length, seed >> 8);
    }

    function _enclaveOf(address node) internal view returns (bool found, uint256 key) {
        for (uint256 i = enclaves.length; i > 0; --i) {
            GhostEnclave storage enclave = enclaves[i - 1];
            if (enclave.node == node && enclave.validUntil >= _now()) return (true, enclave.key);
        }
        return (false, 0);
    }

    /// @dev An enclave of the node that has been promised to last, whatever a recheck has said of it since.
    function _promisedOf(address node, uint256 seed) internal view returns (bool found, uint256 key) {
        for (uint256 i = 0; i < enclaves.length; ++i) {
            GhostEnclave storage enclave = enclaves[(i + (seed % enclaves.length)) % enclaves.length];
            if (enclave.node == node && enclave.promisedUntil >= _now()) return (true, enclave.key);
        }
        return (false, 0);
    }

    function _payerOf(GhostChannel storage ghost) internal view returns (address) {
        return ghost.payerKey == PAYER_KEY ? PAYER : OTHER_PAYER;
    }

    /// @dev The first hot slot of a book lies behind its state, see {Book}.
    function _hotPlace(uint256 shop, uint256 channel) private view returns (uint256) {
        bytes32 ofNode = keccak256(abi.encode(shops[shop].node, BOOKS));
        return uint256(keccak256(abi.encode(_lineOf(shop), ofNode))) + 1 + (channel >> 2);
    }

    function _hotPlaceOf(uint256 place) private view returns (uint256) {
        for (uint256 i = 0; i < shops.length; ++i) {
            if (_hotPlace(i, 0) == place) return place;
        }
        return 0;
    }

    function _raw(uint256 place) private view returns (uint256) {
        return uint256(vm.load(address(escrow), bytes32(place)));
    }
}
