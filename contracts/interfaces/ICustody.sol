// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title ICustody
/// @notice How a contract that may slash in the registry (the arbiter) reaches money in an escrow: only a node's earnings, and the end of a
/// channel in favour of its payer.
interface ICustody {
    /// @notice Emitted when earnings of a node were set aside; `by` holds them now.
    event EarningsSeized(address indexed node, bytes32 indexed lineId, address indexed by, uint64 units);
    /// @notice Emitted when money came back to a node.
    event EarningsRestored(address indexed node, bytes32 indexed lineId, address indexed by, uint64 units);

    /// @notice Emitted when a slasher gave what it held to another account, to whom it is owed now.
    event Assigned(address indexed from, address indexed account, uint64 units);

    error InferenceEscrow_NotSlasher(address account);

    /// @notice Sets aside up to `units` of what a node has from a line: the newest first, what is vested last. The caller holds it until it
    /// is restored or assigned, and meanwhile it counts as unvested. Nothing while another slasher holds something of the same book.
    /// Slashers only.
    function seize(address node, bytes32 lineId, uint64 units) external returns (uint64 seized);
    /// @notice Gives what the caller holds back to the node; it vests anew.
    function restore(address node, bytes32 lineId, uint64 units) external;
    /// @notice Gives what the caller holds to another account.
    function assign(address node, bytes32 lineId, address account, uint64 units) external;
    /// @notice Ends a channel of which only `paid` units count as paid: its rest is owed to the payer. Works on closed ones. Slashers only.
    /// @return rest units that were still in it
    function endChannel(address node, bytes32 lineId, uint256 channel, uint64 paid) external returns (uint64 rest);
}
