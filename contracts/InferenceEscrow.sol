// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ChannelExits} from "./abstract/ChannelExits.sol";
import {Custody} from "./abstract/Custody.sol";
import {EscrowBase, EscrowSettings} from "./abstract/EscrowBase.sol";
import {Settlements} from "./abstract/Settlements.sol";

/// @title InferenceEscrow
/// @notice See {IInferenceEscrow}. Its parts: {EscrowBase} (settings and the token), {Channels} and {ChannelExits} (payers), {Settlements}
/// (nodes), {Custody} (the arbiter).
/// @custom:security-contact see SECURITY.md
contract InferenceEscrow is ChannelExits, Settlements, Custody {
    constructor(EscrowSettings memory settings) EscrowBase(settings) {}
}
