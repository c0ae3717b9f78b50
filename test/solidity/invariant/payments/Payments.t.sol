// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Channel} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {Node, Policy} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {InferenceEscrow} from "../../../../contracts/InferenceEscrow.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";
import {EscrowHandler} from "./EscrowHandler.sol";
import {GovernanceHandler} from "./GovernanceHandler.sol";
import {World} from "./Handler.sol";
import {LineHandler} from "./LineHandler.sol";
import {NodeHandler} from "./NodeHandler.sol";
import {ChannelRef, EnclaveRef, PaymentsStore} from "./PaymentsStore.sol";
import {SettleHandler} from "./SettleHandler.sol";

/// @notice Invariants that concern money, under handlers that act for many accounts. What concerns a single action (what
/// a settlement pays, when stake leaves, what a replay does) the handlers assert where it happens; here is what must hold
/// between all actions.
contract PaymentsInvariants is PaymentsBase {
    PaymentsStore private store;
    InferenceEscrow private twin;
    address[] private handlers;

    function setUp() public override {
        super.setUp();
        store = new PaymentsStore();
        twin = _newEscrow();
        nodes.setDefaultMeasurement(MEASUREMENT, _always());
        for (uint256 i = 0; i < 2; ++i) _addLine(vm.addr(store.ownerKeys(i)), i == 0);

        World memory world = World(authority, token, models, ledger, verifier, nodes, escrow, twin, modelId, store);
        EscrowHandler payers = new EscrowHandler(world);
        NodeHandler operators = new NodeHandler(world);
        handlers.push(address(payers));
        handlers.push(address(operators));
        handlers.push(address(new SettleHandler(world)));
        handlers.push(address(new LineHandler(world)));
        handlers.push(address(new GovernanceHandler(world, address(this))));

        for (uint256 i = 0; i < 3; ++i) {
            address node = vm.addr(store.nodeKeys(i));
            _registerNode(node, node, 2 * MIN_STAKE);
            store.addStake(node, 2 * MIN_STAKE);
        }
        for (uint256 seed = 0; seed < 12; ++seed) {
            payers.open(seed);
            operators.registerEnclave(seed);
        }
    }

    /// @dev Read by the runner.
    function targetContracts() external view returns (address[] memory) {
        return handlers;
    }

    /// @dev A fixed walk over all actions, which proves that each of them really happens.
    function test_HandlersReachEveryOutcome() external {
        (address[] memory targets, bytes4[] memory selectors) = _actions();
        for (uint256 i = 0; i < 600; ++i) {
            uint256 which = uint256(keccak256(abi.encode("walk", i))) % targets.length;
            (bool success, bytes memory reason) = targets[which].call(abi.encodeWithSelector(selectors[which], i));
            if (success) continue;
            assembly ("memory-safe") {
                revert(add(reason, 0x20), mload(reason))
            }
        }
        string[31] memory outcomes = [
            "open",
            "topUp",
            "requestClose",
            "withdrawChannel",
            "early withdrawal refused",
            "release",
            "collect",
            "withdraw",
            "settle",
            "settle in grace",
            "settle refused",
            "row skipped",
            "replay refused",
            "replay paid nothing",
            "addStake",
            "requestThaw",
            "withdrawStake",
            "withdrawStake refused",
            "slash",
            "withdrawCompensation",
            "registerEnclave",
            "registerEnclave refused",
            "revokeEnclave",
            "append",
            "activate",
            "pin ended",
            "pin reopened",
            "policy tightened after work",
            "policy loosened",
            "setDefaults",
            "overreach refused"
        ];
        for (uint256 i = 0; i < outcomes.length; ++i) {
            assertTrue(store.count(bytes32(bytes(outcomes[i]))) != 0, outcomes[i]);
        }
        _everybodyLeaves();
    }

    function invariant_I4_EscrowHoldsWhatItOwes() external view {
        uint256 sum = 0;
        ChannelRef[] memory channels = store.channels();
        for (uint256 i = 0; i < channels.length; ++i) {
            Channel memory channel = escrow.channelOf(channels[i].node, channels[i].index);
            if (!channel.closed) sum += channel.deposited - channel.paid;
        }
        for (uint256 i = 0; i < 3; ++i) sum += escrow.earned(vm.addr(store.nodeKeys(i)));
        for (uint256 i = 0; i < 4; ++i) sum += escrow.owed(vm.addr(store.payerKeys(i)));
        assertEq(escrow.liabilities(), sum, "I4: liabilities of the escrow");
        assertLe(sum * escrow.UNIT(), token.balanceOf(address(escrow)), "I4: tokens of the escrow");
    }

    function invariant_I4_RegistryHoldsWhatItOwes() external view {
        uint256 sum = MIN_STAKE + store.burned(); // NODE's, who does not act
        for (uint256 i = 0; i < 3; ++i) {
            Node memory node = nodes.nodeOf(vm.addr(store.nodeKeys(i)));
            assertLe(node.thawing, node.stake, "I4: thawing");
            sum += node.stake;
        }
        for (uint256 i = 0; i < 4; ++i) sum += nodes.compensationOf(vm.addr(store.payerKeys(i)));
        assertEq(nodes.liabilities(), sum, "I4: liabilities of the registry");
        assertLe(sum, token.balanceOf(address(nodes)), "I4: tokens of the registry");
    }

    function invariant_I5_PaidIsMeteredSignedAndDeposited() external view {
        ChannelRef[] memory channels = store.channels();
        for (uint256 i = 0; i < channels.length; ++i) {
            Channel memory channel = escrow.channelOf(channels[i].node, channels[i].index);
            assertLe(channel.paid, store.metered(i), "I5: metered");
            assertLe(channel.paid, store.signed(i), "I5: signed");
            assertLe(channel.paid, channel.deposited, "I5: deposited");
        }
    }

    function invariant_I6_LedgerPaysActiveAndGraceOnly() external view {
        bytes32[] memory lines = store.lines();
        for (uint256 i = 0; i < lines.length; ++i) {
            bytes32[] memory versions = store.versions(lines[i]);
            for (uint256 v = 0; v < versions.length; ++v) {
                uint256 until = store.payableUntil(lines[i], versions[v]);
                if (until == type(uint256).max) until = FOREVER;
                assertEq(ledger.payableUntil(lines[i], versions[v]), until, "I6: payable until");
            }
        }
    }

    /// @dev The runner does not keep what an invariant does. Every eighth action, because it takes all channels.
    function invariant_I8_EverybodyCanLeaveAtAnyTime() external {
        if (vm.getBlockNumber() % 8 == 0) _everybodyLeaves();
    }

    function invariant_I9_EndedEnclavesAreNotPayable() external view {
        EnclaveRef[] memory enclaves = store.enclaves();
        bytes32[] memory lines = store.lines();
        for (uint256 i = 0; i < enclaves.length; ++i) {
            address key = vm.addr(enclaves[i].key);
            assertEq(nodes.enclaveOf(key).validUntil, enclaves[i].end, "I9: end");
            for (uint256 j = 0; j < lines.length; ++j) {
                bool isPayable = nodes.isPayable(enclaves[i].node, key, lines[j], enclaves[i].end + 1);
                assertFalse(isPayable, "I9: work after the end");
            }
        }
    }

    function invariant_I9_UnpinnedCodeIsNotPayable() external view {
        bytes32 line = store.lines()[0];
        uint40 verifierUntil = nodes.lineVerifier(line, address(verifier)).until;
        uint40 measurementUntil = nodes.lineMeasurement(line, MEASUREMENT).until;
        uint40 until = verifierUntil < measurementUntil ? verifierUntil : measurementUntil;
        if (until == FOREVER) return;
        EnclaveRef[] memory enclaves = store.enclaves();
        for (uint256 i = 0; i < enclaves.length; ++i) {
            bool isPayable = nodes.isPayable(enclaves[i].node, vm.addr(enclaves[i].key), line, until + 1);
            assertFalse(isPayable, "I9: work after the sunset");
        }
    }

    function invariant_I10_StakeLeavesByThawAndSlashOnly() external view {
        for (uint256 i = 0; i < 3; ++i) {
            address node = vm.addr(store.nodeKeys(i));
            assertEq(nodes.nodeOf(node).stake, store.stakeOf(node), "I10: stake");
        }
    }

    function invariant_I11_TwinWasNeverPaid() external view {
        for (uint256 i = 0; i < 3; ++i) assertEq(twin.earned(vm.addr(store.nodeKeys(i))), 0, "I11: twin");
    }

    function invariant_I12_GovernanceReachesNothing() external view {
        assertEq(store.count("I12 broken"), 0, "I12");
    }

    function _everybodyLeaves() private {
        ChannelRef[] memory channels = store.channels();
        for (uint256 i = 0; i < channels.length; ++i) {
            Channel memory channel = escrow.channelOf(channels[i].node, channels[i].index);
            if (channel.closed || channel.closeAt != 0) continue;
            vm.prank(channel.payer);
            escrow.requestClose(channels[i].node, channels[i].index);
        }
        skip(CLOSE_DELAY);
        for (uint256 i = 0; i < channels.length; ++i) {
            Channel memory channel = escrow.channelOf(channels[i].node, channels[i].index);
            if (channel.closed) continue;
            vm.prank(channel.payer);
            escrow.withdrawChannel(channels[i].node, channels[i].index, channel.payer);
        }
        for (uint256 i = 0; i < 4; ++i) {
            address payer = vm.addr(store.payerKeys(i));
            vm.startPrank(payer);
            if (escrow.owed(payer) != 0) escrow.withdraw(payer);
            if (nodes.compensationOf(payer) != 0) nodes.withdrawCompensation(payer);
            vm.stopPrank();
        }
        for (uint256 i = 0; i < 3; ++i) {
            address node = vm.addr(store.nodeKeys(i));
            if (escrow.earned(node) != 0) escrow.collect(node);
            _unstake(node);
        }
        _unstake(NODE);

        assertEq(escrow.liabilities(), 0, "I8: liabilities left in the escrow");
        assertEq(token.balanceOf(address(escrow)), 0, "I8: tokens left in the escrow");
        assertEq(nodes.liabilities(), store.burned(), "I8: liabilities left in the registry");
        assertEq(token.balanceOf(address(nodes)), store.burned(), "I8: tokens left in the registry");
    }

    function _unstake(address node) private {
        uint256 stake = nodes.nodeOf(node).stake;
        if (stake == 0) return;
        vm.startPrank(node);
        nodes.requestThaw(stake);
        skip(THAW_PERIOD);
        nodes.withdrawStake(node);
        vm.stopPrank();
    }

    function _actions() private view returns (address[] memory targets, bytes4[] memory selectors) {
        bytes4[27] memory all = [
            EscrowHandler.open.selector,
            EscrowHandler.topUp.selector,
            EscrowHandler.requestClose.selector,
            EscrowHandler.withdrawChannel.selector,
            EscrowHandler.release.selector,
            EscrowHandler.collect.selector,
            EscrowHandler.withdraw.selector,
            NodeHandler.addStake.selector,
            NodeHandler.requestThaw.selector,
            NodeHandler.withdrawStake.selector,
            NodeHandler.slash.selector,
            NodeHandler.withdrawCompensation.selector,
            NodeHandler.registerEnclave.selector,
            NodeHandler.revokeEnclave.selector,
            NodeHandler.update.selector,
            SettleHandler.settle.selector,
            SettleHandler.replayElsewhere.selector,
            SettleHandler.replay.selector,
            LineHandler.append.selector,
            LineHandler.activate.selector,
            LineHandler.setGrace.selector,
            LineHandler.changePin.selector,
            LineHandler.changePolicy.selector,
            GovernanceHandler.setDepositsPaused.selector,
            GovernanceHandler.setDefaults.selector,
            GovernanceHandler.overreach.selector,
            SettleHandler.settle.selector
        ];
        uint8[27] memory owners = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 2];
        (targets, selectors) = (new address[](all.length), new bytes4[](all.length));
        for (uint256 i = 0; i < all.length; ++i) (targets[i], selectors[i]) = (handlers[owners[i]], all[i]);
    }

    function _addLine(address owner, bool pins) private {
        (bytes32 line, bytes32 base) = _openLine(owner, modelId);
        if (pins) {
            _pin(owner, line, MEASUREMENT);
        } else {
            vm.prank(owner);
            nodes.setPolicy(line, Policy(true, TcbStatus.UpToDate));
        }
        store.addLine(line);
        store.addVersion(line, base);
        store.setPayableUntil(line, base, type(uint256).max);
    }
}
