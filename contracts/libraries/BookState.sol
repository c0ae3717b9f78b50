// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice One slot with all that a settlement writes of a node and line besides its channels. From the top, in bits: 26 number of
/// channels, 6 exponent of the least deposit, 4 share of the stake, 28 next nonce, 24 epoch of `vesting`, 56 maturing, 56 vesting, 56 earned;
/// units.
/// @dev Pay of lane O is added to `vesting` under the epoch (time / vest period) of its batch, is `maturing` in the next epoch, and
/// earned in the one after: it stays for one to two vest periods.
type BookState is uint256;

using BookStates for BookState global;

/// @title BookStates
/// @notice Reads and changes a {BookState}. Amounts are checked: a sum over 2^56 - 1 units reverts.
library BookStates {
    /// @notice Most channels of a book: rows name slots of four in three bytes.
    uint256 internal constant MAX_CHANNELS = 2 ** 26 - 1;

    uint256 private constant AMOUNT = 2 ** 56 - 1;
    uint256 private constant VESTING = 56;
    uint256 private constant MATURING = 112;
    uint256 private constant EPOCH = 168;
    uint256 private constant NONCE = 192;
    uint256 private constant LAST_NONCE = 2 ** 28 - 1;
    uint256 private constant SHARE = 220;
    uint256 private constant EXPONENT = 224;
    uint256 private constant COUNT = 230;

    /// @notice Thrown when an amount passes 2^56 - 1 units: collect first.
    error BookState_Overflow(uint256 amount);
    /// @notice Thrown when a book has had all of its nonces: none is ever used twice.
    error BookState_NoncesUsedUp();

    /// @notice Units that may be collected now, for a state that was moved to now.
    function earned(BookState state) internal pure returns (uint256) {
        return BookState.unwrap(state) & AMOUNT;
    }

    /// @notice Units of lane O that may still be disputed.
    function unvested(BookState state) internal pure returns (uint256) {
        return ((BookState.unwrap(state) >> VESTING) & AMOUNT) + ((BookState.unwrap(state) >> MATURING) & AMOUNT);
    }

    /// @notice Nonce of the next batch.
    function nonce(BookState state) internal pure returns (uint32) {
        return uint32((BookState.unwrap(state) >> NONCE) & LAST_NONCE);
    }

    /// @notice Share s of the stake: unvested pay may be 2^-(s + 1) of it; 0 for none.
    function share(BookState state) internal pure returns (uint256) {
        return (BookState.unwrap(state) >> SHARE) & 15;
    }

    /// @notice Number of channels ever opened.
    function count(BookState state) internal pure returns (uint256) {
        return BookState.unwrap(state) >> COUNT;
    }

    /// @notice Units that a new channel must hold at least.
    function leastDeposit(BookState state) internal pure returns (uint256) {
        return 1 << ((BookState.unwrap(state) >> EXPONENT) & 63);
    }

    /// @notice The state at an epoch that is not before its own: what has vested is earned.
    function movedTo(BookState state, uint256 epoch) internal pure returns (BookState) {
        uint256 raw = BookState.unwrap(state);
        uint256 passed = epoch - ((raw >> EPOCH) & 0xffffff);
        if (passed == 0) return state;
        uint256 total = unvested(state);
        uint256 vested = passed == 1 ? (raw >> MATURING) & AMOUNT : total;
        // What does not fit waits, since a collect has to come through here.
        uint256 room = AMOUNT - (raw & AMOUNT);
        if (vested > room) vested = room;
        uint256 kept = (raw >> NONCE) << NONCE;
        return BookState.wrap(kept | (epoch << EPOCH) | ((total - vested) << MATURING) | ((raw & AMOUNT) + vested));
    }

    /// @notice Adds to what may be collected.
    function earn(BookState state, uint256 amount) internal pure returns (BookState) {
        uint256 raw = BookState.unwrap(state);
        return BookState.wrap((raw & ~AMOUNT) | _add(raw & AMOUNT, amount));
    }

    /// @notice Adds to what vests.
    function vest(BookState state, uint256 amount) internal pure returns (BookState) {
        // Both parts together, since both may have to wait as one.
        _add(unvested(state), amount);
        return BookState.wrap(BookState.unwrap(state) + (amount << VESTING));
    }

    /// @notice Takes up to `amount`: the newest first, what is earned last.
    function take(BookState state, uint256 amount) internal pure returns (BookState, uint256 taken) {
        uint256 raw = BookState.unwrap(state);
        for (uint256 i = 0; i < 3; ++i) {
            // vesting, maturing, earned
            uint256 shift = (i + 1) % 3 == 0 ? 0 : (i + 1) * 56;
            uint256 part = (raw >> shift) & AMOUNT;
            if (part > amount - taken) part = amount - taken;
            raw -= part << shift;
            taken += part;
        }
        return (BookState.wrap(raw), taken);
    }

    /// @notice Nothing left to collect.
    function withoutEarned(BookState state) internal pure returns (BookState) {
        return BookState.wrap(BookState.unwrap(state) & ~AMOUNT);
    }

    /// @notice One nonce on. Reverts at the last: none is ever used twice.
    function withNextNonce(BookState state) internal pure returns (BookState) {
        uint256 raw = BookState.unwrap(state);
        if (nonce(state) == LAST_NONCE) revert BookState_NoncesUsedUp();
        return BookState.wrap(raw + (1 << NONCE));
    }

    /// @notice One channel more.
    function withNextChannel(BookState state) internal pure returns (BookState) {
        return BookState.wrap(BookState.unwrap(state) + (1 << COUNT));
    }

    /// @notice Another least deposit, 2^exponent units; `exponent` at most 55.
    function withLeastDeposit(BookState state, uint8 exponent) internal pure returns (BookState) {
        uint256 raw = BookState.unwrap(state);
        return BookState.wrap((raw & ~(uint256(63) << EXPONENT)) | (uint256(exponent) << EXPONENT));
    }

    /// @notice Another share of the stake, at most 15.
    function withShare(BookState state, uint8 next) internal pure returns (BookState) {
        uint256 raw = BookState.unwrap(state);
        return BookState.wrap((raw & ~(uint256(15) << SHARE)) | (uint256(next) << SHARE));
    }

    function _add(uint256 left, uint256 right) private pure returns (uint256 sum) {
        sum = left + right;
        if (sum > AMOUNT) revert BookState_Overflow(sum);
    }
}
