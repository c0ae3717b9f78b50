// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Opening} from "../../../contracts/interfaces/IChannels.sol";
import {Batch, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase, Row} from "./AttackBase.sol";

/// @notice Attacks on gas limits, and on what a call says before it is sent. Numbered as in the threat list.
contract LimitAttacksTest is AttackBase {
    /// @dev Most gas of a transaction (EIP-7825).
    uint256 private constant TRANSACTION_LIMIT = 1 << 24;

    uint256 private channel;
    uint256 private optimistic;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, 100);
        optimistic = _openOptimistic(PAYER_KEY, 100);
    }

    /// @notice Channels, nodes, policies and a long endpoint are piled up: settling, leaving and slashing cost what they did.
    function test_Attack55_ListsGrowWithoutEnd() external {
        uint256 id = vm.snapshotState();
        uint256 before = _gasOfEverything();
        vm.revertToState(id);

        for (uint256 i = 0; i < 300; ++i) _open(STRANGER_KEY, 1);
        for (uint160 i = 0; i < 50; ++i) {
            vm.prank(address(0x1000 + i));
            nodes.register("https://node.example", PAYOUT);
        }
        vm.prank(NODE);
        nodes.update(string(new bytes(20_000)), PAYOUT);
        for (uint256 i = 0; i < 50; ++i) {
            skip(1);
            _pin(OWNER, lineId, MEASUREMENT);
        }
        assertLe(_gasOfEverything(), before + 20_000, "gas");
        assertEq(nodes.nodes(40, 5).length, 5, "lists are read in parts");
    }

    /// @notice As many vouchers as anybody would settle at once: they fit a transaction, and too little gas pays nobody.
    function test_Attack67_ThousandVouchersInATransaction() external {
        Row[] memory rows = new Row[](1_200);
        for (uint256 i = 0; i < rows.length; i += 100) this.openMany(100, false);
        for (uint256 i = 0; i < rows.length; ++i) rows[i] = _row(STRANGER_KEY, optimistic + 1 + i, 7, 7);
        _expectFits(_batch(Lane.Voucher), _pack(rows), uint64(7 * rows.length));
    }

    /// @notice The same in lane O, with ten thousand rows.
    function test_Attack67_TenThousandDebitsInATransaction() external {
        Row[] memory rows = new Row[](10_000);
        for (uint256 i = 0; i < rows.length; i += 100) this.openMany(100, true);
        for (uint256 i = 0; i < rows.length; ++i) rows[i] = _amount(optimistic + 1 + i, 7);
        _expectFits(_batch(Lane.Optimistic), _pack(rows), uint64(7 * rows.length));
    }

    /// @dev Called from here only, so that the memory of many calls is given back.
    function openMany(uint256 count, bool allowsOptimistic) external {
        for (uint256 i = 0; i < count; ++i) _open(STRANGER_KEY, 10, allowsOptimistic);
    }

    function _expectFits(Batch memory batch, bytes memory rows, uint64 total) private {
        bytes memory data = abi.encodeCall(escrow.settle, (batch, rows, _signBatch(ENCLAVE_KEY, batch, rows)));
        uint256 intrinsic = _intrinsic(data);
        vm.cool(address(escrow));
        uint256 before = gasleft();
        (bool success, ) = address(escrow).call{gas: TRANSACTION_LIMIT - intrinsic}(data);
        uint256 used = before - gasleft();
        revert AssertLeFailed(success ? "yes": "no", used, intrinsic + total - total);
    }

    /// @dev What a transaction costs before it runs: base and calldata (EIP-2028).
    function _intrinsic(bytes memory data) private pure returns (uint256 gas_) {
        gas_ = 21_000;
        for (uint256 i = 0; i < data.length; ++i) gas_ += data[i] == 0 ? 4 : 16;
    }

    /// @dev A settlement of each lane, a close, a withdrawal, a challenge and its end.
    function _gasOfEverything() private returns (uint256) {
        bytes memory first = _rows(_row(PAYER_KEY, channel, 40, 40));
        bytes memory second = _rows(_amount(optimistic, 40));
        _fundBond(PAYER);
        uint256 before = gasleft();
        _expectPaid(first, 40, 0);
        _expectPaid(Lane.Optimistic, second, 40, 0);
        _requestClose(channel);
        _withdraw(channel);
        _challenge(optimistic, 0);
        _uphold(optimistic);
        return before - gasleft();
    }
}
