// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A row of lane V before it is packed.
/// @param channel index
/// @param signed cumulative amount of the voucher, units
/// @param metered cumulative amount of the enclave, units
/// @param r of the voucher's signature
/// @param vs of the voucher's signature (EIP-2098)
struct VoucherRow {
    uint256 channel;
    uint64 signed;
    uint64 metered;
    bytes32 r;
    bytes32 vs;
}

/// @notice Packs rows as {ISettlements} says.
/// @dev Sorts by channel. A channel that comes twice gets a second group of the same slot, which is malformed.
abstract contract RowPacking {
    function _packVouchers(VoucherRow[] memory rows) internal pure returns (bytes memory) {
        uint256[] memory channels = new uint256[](rows.length);
        bytes[] memory packed = new bytes[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            channels[i] = rows[i].channel;
            packed[i] = abi.encodePacked(rows[i].r, rows[i].vs, rows[i].signed, rows[i].metered);
        }
        return _pack(channels, packed);
    }

    function _packAmounts(uint256[] memory channels, uint32[] memory amounts) internal pure returns (bytes memory) {
        bytes[] memory packed = new bytes[](channels.length);
        for (uint256 i = 0; i < channels.length; ++i) packed[i] = abi.encodePacked(amounts[i]);
        return _pack(channels, packed);
    }

    /// @dev One row of lane O.
    function _packAmount(uint256 channel, uint32 amount) internal pure returns (bytes memory) {
        return abi.encodePacked(uint24(channel >> 2), uint8(1 << (channel & 3)), amount);
    }

    function _rows(VoucherRow memory row) internal pure returns (VoucherRow[] memory rows) {
        rows = new VoucherRow[](1);
        rows[0] = row;
    }

    function _rows(VoucherRow memory first, VoucherRow memory second) internal pure returns (VoucherRow[] memory rows) {
        rows = new VoucherRow[](2);
        rows[0] = first;
        rows[1] = second;
    }

    function _pack(uint256[] memory channels, bytes[] memory packed) private pure returns (bytes memory rows) {
        uint256[] memory order = _order(channels);
        uint256 i = 0;
        while (i < order.length) {
            uint256 slot = channels[order[i]] >> 2;
            uint8 mask = 0;
            bytes memory group = "";
            for (; i < order.length; ++i) {
                uint256 channel = channels[order[i]];
                uint8 bit = uint8(1 << (channel & 3));
                if (channel >> 2 != slot || mask & bit != 0) break;
                mask |= bit;
                group = bytes.concat(group, packed[order[i]]);
            }
            rows = bytes.concat(rows, abi.encodePacked(uint24(slot), mask), group);
        }
    }

    /// @dev Positions by rising channel; equal ones stay in order.
    function _order(uint256[] memory channels) private pure returns (uint256[] memory order) {
        order = new uint256[](channels.length);
        for (uint256 i = 0; i < channels.length; ++i) {
            uint256 j = i;
            for (; j > 0 && channels[order[j - 1]] > channels[i]; --j) order[j] = order[j - 1];
            order[j] = i;
        }
    }
}
