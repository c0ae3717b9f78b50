// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BookState, BookStates} from "../../../../contracts/libraries/BookState.sol";
import {Test} from "../../utils/Test.sol";

contract BookStateTest is Test {
    uint256 private constant MOST = 2 ** 56 - 1;
    uint32 private constant LAST_NONCE = 2 ** 28 - 1;

    /// @dev The parts of a state, for a model of it.
    struct Parts {
        uint256 earned;
        uint256 vesting;
        uint256 maturing;
        uint24 epoch;
        uint32 nonce;
        uint8 share;
        uint8 exponent;
        uint32 count;
    }

    function testFuzz_Reads(Parts memory parts) external pure {
        _bound(parts);
        _expect(_pack(parts), parts);
    }

    function testFuzz_MovedTo_SameEpoch(Parts memory parts) external pure {
        _bound(parts);
        _expect(_pack(parts).movedTo(parts.epoch), parts);
    }

    function testFuzz_MovedTo_NextEpoch(Parts memory parts) external pure {
        _boundHalves(parts);
        BookState moved = _pack(parts).movedTo(uint256(parts.epoch) + 1);
        parts.earned += parts.maturing;
        parts.maturing = parts.vesting;
        parts.vesting = 0;
        ++parts.epoch;
        _expect(moved, parts);
    }

    function testFuzz_MovedTo_LaterEpoch(Parts memory parts, uint24 passed) external pure {
        _boundHalves(parts);
        parts.epoch = uint24(bound(parts.epoch, 0, 2 ** 23));
        passed = uint24(bound(passed, 2, 2 ** 23 - 1));
        BookState moved = _pack(parts).movedTo(uint256(parts.epoch) + passed);
        parts.earned += parts.maturing + parts.vesting;
        parts.maturing = 0;
        parts.vesting = 0;
        parts.epoch += passed;
        _expect(moved, parts);
    }

    /// @dev Whether one looks every epoch or once: the same is earned.
    function testFuzz_MovedTo_StepByStep(Parts memory parts, uint8 steps) external pure {
        _boundHalves(parts);
        steps = uint8(bound(steps, 0, 9));
        BookState stepped = _pack(parts);
        for (uint256 i = 1; i <= steps; ++i) stepped = stepped.movedTo(uint256(parts.epoch) + i);
        BookState jumped = _pack(parts).movedTo(uint256(parts.epoch) + steps);
        assertEq(BookState.unwrap(stepped), BookState.unwrap(jumped), "state");
    }

    /// @dev A collect has to come through here: what does not fit waits for it.
    function testFuzz_MovedTo_WhenSumIsTooLarge(Parts memory parts) external pure {
        _bound(parts);
        parts.vesting = 0;
        parts.maturing = bound(parts.maturing, 1, MOST);
        parts.earned = bound(parts.earned, MOST - parts.maturing + 1, MOST);
        BookState moved = _pack(parts).movedTo(uint256(parts.epoch) + 1);
        parts.maturing -= MOST - parts.earned;
        parts.earned = MOST;
        ++parts.epoch;
        _expect(moved, parts);
    }

    function testFuzz_Earn(Parts memory parts, uint256 amount) external pure {
        _bound(parts);
        amount = bound(amount, 0, MOST - parts.earned);
        BookState state = _pack(parts).earn(amount);
        parts.earned += amount;
        _expect(state, parts);
    }

    function testFuzz_Earn_RevertWhen_SumIsTooLarge(Parts memory parts, uint256 amount) external {
        _bound(parts);
        amount = bound(amount, MOST - parts.earned + 1, type(uint128).max);
        _expectOverflow(parts.earned + amount);
        this.earn(_pack(parts), amount);
    }

    function testFuzz_Vest(Parts memory parts, uint256 amount) external pure {
        _boundHalves(parts);
        amount = bound(amount, 0, MOST - parts.vesting - parts.maturing);
        BookState state = _pack(parts).vest(amount);
        parts.vesting += amount;
        _expect(state, parts);
    }

    function testFuzz_Vest_RevertWhen_SumIsTooLarge(Parts memory parts, uint256 amount) external {
        _boundHalves(parts);
        uint256 unvested = parts.vesting + parts.maturing;
        amount = bound(amount, MOST - unvested + 1, type(uint128).max);
        _expectOverflow(unvested + amount);
        this.vest(_pack(parts), amount);
    }

    function testFuzz_Take_NewestFirst(Parts memory parts, uint256 amount) external pure {
        _bound(parts);
        uint256 all = parts.earned + parts.vesting + parts.maturing;
        amount = bound(amount, 0, all + all / 4 + 1);
        (BookState state, uint256 taken) = _pack(parts).take(amount);

        uint256 left = amount;
        (parts.vesting, left) = _takeFrom(parts.vesting, left);
        (parts.maturing, left) = _takeFrom(parts.maturing, left);
        (parts.earned, left) = _takeFrom(parts.earned, left);
        assertEq(taken, amount - left, "taken");
        _expect(state, parts);
    }

    function testFuzz_WithoutEarned(Parts memory parts) external pure {
        _bound(parts);
        BookState state = _pack(parts).withoutEarned();
        parts.earned = 0;
        _expect(state, parts);
    }

    function testFuzz_WithNextNonce(Parts memory parts) external pure {
        _bound(parts);
        parts.nonce = uint32(bound(parts.nonce, 0, LAST_NONCE - 1));
        BookState state = _pack(parts).withNextNonce();
        ++parts.nonce;
        _expect(state, parts);
    }

    function testFuzz_WithNextNonce_RevertGiven_NoncesAreUsedUp(Parts memory parts) external {
        _bound(parts);
        parts.nonce = LAST_NONCE;
        vm.expectRevert(BookStates.BookState_NoncesUsedUp.selector);
        this.withNextNonce(_pack(parts));
    }

    function testFuzz_WithNextChannel(Parts memory parts) external pure {
        _bound(parts);
        parts.count = uint32(bound(parts.count, 0, BookStates.MAX_CHANNELS - 1));
        BookState state = _pack(parts).withNextChannel();
        ++parts.count;
        _expect(state, parts);
    }

    function testFuzz_WithLeastDeposit(Parts memory parts, uint8 exponent) external pure {
        _bound(parts);
        exponent = uint8(bound(exponent, 0, 55));
        BookState state = _pack(parts).withLeastDeposit(exponent);
        parts.exponent = exponent;
        _expect(state, parts);
    }

    function testFuzz_WithShare(Parts memory parts, uint8 share) external pure {
        _bound(parts);
        share = uint8(bound(share, 0, 15));
        BookState state = _pack(parts).withShare(share);
        parts.share = share;
        _expect(state, parts);
    }

    // Reverts are seen from outside only.

    function movedTo(BookState state, uint256 epoch) external pure returns (BookState) {
        return state.movedTo(epoch);
    }

    function earn(BookState state, uint256 amount) external pure returns (BookState) {
        return state.earn(amount);
    }

    function vest(BookState state, uint256 amount) external pure returns (BookState) {
        return state.vest(amount);
    }

    function withNextNonce(BookState state) external pure returns (BookState) {
        return state.withNextNonce();
    }

    function _expectOverflow(uint256 sum) private {
        vm.expectRevert(abi.encodeWithSelector(BookStates.BookState_Overflow.selector, sum));
    }

    function _takeFrom(uint256 part, uint256 wanted) private pure returns (uint256, uint256) {
        uint256 taken = part < wanted ? part : wanted;
        return (part - taken, wanted - taken);
    }

    /// @dev Brings the parts into their ranges.
    function _bound(Parts memory parts) private pure {
        parts.earned = bound(parts.earned, 0, MOST);
        parts.vesting = bound(parts.vesting, 0, MOST);
        parts.maturing = bound(parts.maturing, 0, MOST);
        parts.epoch = uint24(bound(parts.epoch, 0, 2 ** 24 - 2));
        parts.nonce = uint32(bound(parts.nonce, 0, LAST_NONCE));
        parts.share = uint8(bound(parts.share, 0, 15));
        parts.exponent = uint8(bound(parts.exponent, 0, 55));
        parts.count = uint32(bound(parts.count, 0, BookStates.MAX_CHANNELS));
    }

    /// @dev And makes room for their sum.
    function _boundHalves(Parts memory parts) private pure {
        _bound(parts);
        parts.earned /= 3;
        parts.vesting /= 3;
        parts.maturing /= 3;
    }

    function _pack(Parts memory parts) private pure returns (BookState) {
        return
            BookState.wrap(
                (uint256(parts.count) << 230) |
                    (uint256(parts.exponent) << 224) |
                    (uint256(parts.share) << 220) |
                    (uint256(parts.nonce) << 192) |
                    (uint256(parts.epoch) << 168) |
                    (parts.maturing << 112) |
                    (parts.vesting << 56) |
                    parts.earned
            );
    }

    /// @dev By the readers, and bit by bit.
    function _expect(BookState state, Parts memory parts) private pure {
        assertEq(state.earned(), parts.earned, "earned");
        assertEq(state.unvested(), parts.vesting + parts.maturing, "unvested");
        assertEq(state.nonce(), parts.nonce, "nonce");
        assertEq(state.share(), parts.share, "share");
        assertEq(state.leastDeposit(), 1 << parts.exponent, "leastDeposit");
        assertEq(state.count(), parts.count, "count");
        assertEq(BookState.unwrap(state), BookState.unwrap(_pack(parts)), "state");
    }
}
