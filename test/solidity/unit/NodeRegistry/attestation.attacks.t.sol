// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {
    Enclave,
    INodeRegistry,
    Node,
    Policy,
    Registration,
    Window
} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {ITeeVerifier, TcbStatus, TeeReport} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {HostileVerifier} from "../../../../contracts/mocks/HostileVerifier.sol";
import {ScriptedVerifier} from "../../../../contracts/mocks/ScriptedVerifier.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

/// @notice Attacks on what evidence commits to, on its freshness, and by rechecks. Named after the invariant that would break.
contract NodeRegistryAttestationAttacksTest is PaymentsBase {
    /// @dev EIP-2935: the contract's address and code.
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    bytes private constant HISTORY_CODE =
        hex"3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

    /// @dev Everything that a binding is the hash of, in this order.
    struct Binding {
        bytes32 domain;
        uint256 chainId;
        address registry;
        address node;
        address receiptKey;
        bytes32 hpkeKeyHash;
        bytes32 versionSet;
        uint256 challengeBlock;
        bytes32 challenge;
    }

    ScriptedVerifier private scripted;
    HostileVerifier private hostile;

    function setUp() public override {
        super.setUp();
        scripted = new ScriptedVerifier();
        hostile = new HostileVerifier();
        nodes.setVerifier(scripted, _always());
        nodes.setVerifier(ITeeVerifier(address(hostile)), _always());
    }

    // I11: evidence counts for one chain, registry, node and enclave

    function test_I11_BindingIsTheHashOfItsParts() external {
        _register(_reportOf(_binding()));
        assertEq(nodes.enclaveOf(OTHER_ENCLAVE).node, NODE, "the honest one passes");
    }

    function test_I11_Attack_EvidenceOfAnotherChain() external {
        Binding memory binding = _binding();
        binding.chainId += 1;
        _expectForeign(binding);
    }

    function test_I11_Attack_EvidenceOfAnotherRegistry() external {
        Binding memory binding = _binding();
        binding.registry = address(_newRegistry(false));
        _expectForeign(binding);
    }

    function test_I11_Attack_EvidenceOfAnotherNode() external {
        Binding memory binding = _binding();
        binding.node = OTHER_NODE;
        _expectForeign(binding);
    }

    function test_I11_Attack_EvidenceOfAnotherReceiptKey() external {
        Binding memory binding = _binding();
        binding.receiptKey = STRANGER;
        _expectForeign(binding);
    }

    function test_I11_Attack_EvidenceOfAnotherHpkeKey() external {
        Binding memory binding = _binding();
        binding.hpkeKeyHash = keccak256(_hpkeKey(STRANGER));
        _expectForeign(binding);
    }

    function test_I11_Attack_EvidenceOfOtherVersions() external {
        Binding memory binding = _binding();
        binding.versionSet = staleHash;
        _expectForeign(binding);
    }

    function test_I11_Attack_EvidenceOfAnotherPurpose() external {
        Binding memory binding = _binding();
        binding.domain = keccak256("Freehold enclave binding v2");
        _expectForeign(binding);
    }

    /// @dev The number is right and the hash is of another chain's block, as after a reorganisation.
    function test_I11_Attack_EvidenceOfAnotherBlock() external {
        Binding memory binding = _binding();
        binding.challenge = keccak256("a block that was orphaned");
        _expectForeign(binding);
        binding = _binding();
        binding.challengeBlock -= 1;
        _expectForeign(binding);
    }

    function testFuzz_I11_Attack_EvidenceOfAnotherPart(uint8 part, bytes32 other) external {
        Binding memory binding = _binding();
        bytes32 honest = keccak256(abi.encode(binding));
        part = uint8(bound(part, 0, 8));
        assembly ("memory-safe") {
            mstore(add(binding, mul(part, 0x20)), other)
        }
        bytes32 changed = _hashOf(binding);
        vm.assume(changed != honest);
        _expectMismatch(changed, honest);
    }

    // Freshness

    function test_I9_Attack_EvidenceOfABlockBeyondTheHistory() external {
        vm.etch(HISTORY, HISTORY_CODE);
        vm.roll(30_000);
        // Its slot holds a hash: that of the block which is 8,191 younger.
        uint64 old = 30_000 - 8_192;
        vm.store(HISTORY, bytes32(uint256(old % 8_191)), keccak256("a newer block"));
        _expectStale(old);
        // The oldest that counts.
        bytes32 hash = keccak256("the oldest block");
        vm.store(HISTORY, bytes32(uint256((old + 1) % 8_191)), hash);
        Binding memory binding = _binding();
        (binding.challengeBlock, binding.challenge) = (old + 1, hash);
        Registration memory registration = _registrationWith(_reportOf(binding));
        registration.challengeBlock = old + 1;
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function test_I9_Attack_EvidenceOfABlockToCome() external {
        vm.etch(HISTORY, HISTORY_CODE);
        _expectStale(uint64(vm.getBlockNumber()));
        _expectStale(uint64(vm.getBlockNumber() + 1));
        _expectStale(type(uint64).max);
    }

    /// @dev Where a chain has no history contract, an old block has no hash: zero must not become one.
    function test_I9_Attack_EvidenceOverNoHash() external {
        vm.etch(HISTORY, "");
        vm.roll(30_000);
        Binding memory binding = _binding();
        (binding.challengeBlock, binding.challenge) = (29_000, 0);
        Registration memory registration = _registrationWith(_reportOf(binding));
        registration.challengeBlock = 29_000;
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_StaleChallenge.selector, 29_000, 30_000));
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function test_I9_Attack_EvidenceUsedTwice() external {
        TeeReport memory report = _reportOf(_binding());
        _register(report);
        bytes32 evidenceId = report.evidenceId;
        // For another key, by a verifier that would not mind.
        report = _teeReport(NODE, STRANGER);
        report.evidenceId = evidenceId;
        Registration memory registration = _registration(NODE, STRANGER);
        registration.verifier = scripted;
        registration.evidence = abi.encode(report);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_EvidenceUsed.selector, evidenceId));
        vm.prank(NODE);
        nodes.registerEnclave(registration);
        // For the same key, once its enclave is over.
        vm.prank(NODE);
        nodes.revokeEnclave(OTHER_ENCLAVE);
        skip(1);
        registration = _registrationWith(_reportOf(_binding()));
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_ReceiptKeyUsed.selector, OTHER_ENCLAVE));
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    // Rechecks

    function test_I10_Attack_OperatorFarmsBounties() external {
        _addStake(NODE, 9 * MIN_STAKE);
        uint256 had = nodes.nodeOf(NODE).stake;
        for (uint256 i = 0; i < 20; ++i) _registerScripted(scripted, NODE, address(uint160(0xfa12 + i)));
        vm.prank(NODE);
        nodes.requestThaw(had);
        skip(1);
        scripted.setVerdict(0, TcbStatus.Revoked);
        for (uint256 i = 0; i < 20; ++i) {
            vm.prank(STRANGER);
            nodes.recheck(address(uint160(0xfa12 + i)), "");
        }
        uint256 carried = nodes.compensationOf(STRANGER);
        assertEq(carried, 20 * RECHECK_BOUNTY, "his friend's");
        assertEq(nodes.nodeOf(NODE).stake, had - 2 * carried, "as much is burned");
        assertEq(nodes.liabilities(), had, "and stays in the registry");
    }

    function test_I10_Attack_BountiesOfALastStake() external {
        vm.prank(address(arbiter));
        nodes.slash(NODE, PAYER, 0, MIN_STAKE - RECHECK_BOUNTY);
        // MIN_STAKE is gone: what was registered before is all that can fall.
        assertEq(nodes.nodeOf(NODE).stake, RECHECK_BOUNTY, "stake");
        _fallenOf(NODE);
        assertEq(nodes.compensationOf(STRANGER), RECHECK_BOUNTY / 2, "half of what is left");
        assertEq(nodes.nodeOf(NODE).stake, 0, "the other half is burned");
    }

    function test_I9_Attack_BountyTwice() external {
        _registerScripted(scripted, NODE, OTHER_ENCLAVE);
        skip(1);
        scripted.setVerdict(0, TcbStatus.Revoked);
        nodes.recheck(OTHER_ENCLAVE, "");
        uint256 stake = nodes.nodeOf(NODE).stake;
        for (uint256 i = 0; i < 2; ++i) {
            uint40 end = nodes.enclaveOf(OTHER_ENCLAVE).validUntil;
            vm.expectRevert(
                abi.encodeWithSelector(INodeRegistry.NodeRegistry_EnclaveEnded.selector, OTHER_ENCLAVE, end)
            );
            nodes.recheck(OTHER_ENCLAVE, "");
            skip(1);
        }
        assertEq(nodes.nodeOf(NODE).stake, stake, "stake");
    }

    function test_I9_Attack_RecheckOfNoEnclave() external {
        scripted.setVerdict(0, TcbStatus.Revoked);
        address[3] memory keys = [address(0), NODE, address(scripted)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownEnclave.selector, keys[i]));
            nodes.recheck(keys[i], "");
        }
    }

    function test_I9_Attack_ForeignAux() external {
        _registerScripted(scripted, NODE, OTHER_ENCLAVE);
        scripted.refuse();
        _expectUntouched(
            abi.encodeWithSelector(ScriptedVerifier.ScriptedVerifier_ForeignAux.selector),
            "another enclave's chain"
        );
    }

    function test_I9_Attack_VerifierReentersTheRecheck() external {
        _registerHostile();
        bytes memory again = _trick(HostileVerifier.Trick.CallBack, "");
        bytes memory inner = abi.encodeCall(nodes.recheck, (OTHER_ENCLAVE, again));
        // The guard reads only, and refuses before anything is written.
        _expectUntouched(
            abi.encodeWithSignature("ReentrancyGuardReentrantCall()"),
            _trick(HostileVerifier.Trick.CallBack, inner)
        );
        inner = abi.encodeCall(nodes.slash, (NODE, STRANGER, 1, 1));
        _expectUntouched(
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_NotSlasher.selector, address(hostile)),
            _trick(HostileVerifier.Trick.CallBack, inner)
        );
        // Nothing guards this one, but it would have to write.
        inner = abi.encodeCall(nodes.register, ("https://hostile.example", STRANGER));
        _expectUntouched("", _trick(HostileVerifier.Trick.CallBack, inner));
    }

    function test_I9_Attack_VerifierWritesWhileItJudges() external {
        _registerHostile();
        _expectUntouched("", _trick(HostileVerifier.Trick.WriteAndFall, ""));
        assertEq(hostile.writes(), 0, "writes");
    }

    function test_I9_Attack_VerifierAnswersNonsense() external {
        _registerHostile();
        _expectUntouched("", _trick(HostileVerifier.Trick.ShortAnswer, ""));
        _expectUntouched("", _trick(HostileVerifier.Trick.UnknownStatus, ""));
    }

    function test_I9_Attack_VerifierBurnsAllGas() external {
        _registerHostile();
        bytes32 had = _stateOf(OTHER_ENCLAVE);
        bytes memory data = abi.encodeCall(
            nodes.recheck,
            (OTHER_ENCLAVE, _trick(HostileVerifier.Trick.BurnAllGas, ""))
        );
        (bool success, ) = address(nodes).call{gas: 300_000}(data);
        assertFalse(success, "recheck");
        assertEq(_stateOf(OTHER_ENCLAVE), had, "state");
    }

    function test_I9_Attack_RecheckExtendsALife() external {
        _registerHostile();
        _expectUntouched(
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_NothingChanged.selector, OTHER_ENCLAVE),
            _trick(HostileVerifier.Trick.Outlive, "")
        );
        // Not after its end either.
        uint40 end = nodes.enclaveOf(OTHER_ENCLAVE).validUntil;
        vm.warp(end + 1);
        _expectUntouched(
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_EnclaveEnded.selector, OTHER_ENCLAVE, end),
            _trick(HostileVerifier.Trick.Outlive, "")
        );
        assertFalse(nodes.isPayable(NODE, OTHER_ENCLAVE, lineId, _now()), "payable");
    }

    /// @dev Whatever a verifier says: lives become shorter, never below now, states worse, and stake pays at most twice the bounty.
    function testFuzz_I9_I10_Attack_AnyVerdict(uint64 until, uint8 status, uint40 later) external {
        _registerScripted(scripted, NODE, OTHER_ENCLAVE);
        vm.warp(_now() + bound(later, 0, 8 days));
        status = uint8(bound(status, 0, 6));
        Enclave memory had = nodes.enclaveOf(OTHER_ENCLAVE);
        uint256 stake = nodes.nodeOf(NODE).stake;
        scripted.setVerdict(until, TcbStatus(status));
        vm.prank(STRANGER);
        (bool success, ) = address(nodes).call(abi.encodeCall(nodes.recheck, (OTHER_ENCLAVE, "")));

        Enclave memory has = nodes.enclaveOf(OTHER_ENCLAVE);
        bool hasFallen = success && (until < _now() || status == 6);
        assertLe(has.validUntil, had.validUntil, "never longer");
        assertTrue(has.validUntil == had.validUntil || has.validUntil >= _now(), "never below now");
        assertTrue(has.tcbStatus >= had.tcbStatus, "never better");
        assertEq(has.promisedUntil, had.promisedUntil, "promise");
        assertEq(nodes.compensationOf(STRANGER), hasFallen ? RECHECK_BOUNTY : 0, "bounty");
        assertEq(stake - nodes.nodeOf(NODE).stake, hasFallen ? 2 * RECHECK_BOUNTY : 0, "stake");
        if (_now() >= had.validUntil) assertFalse(success, "its life was over");
    }

    // Measurements

    function test_I9_GovernanceRevokesADefaultInOneStep() external {
        bytes32 other = keccak256("another default");
        nodes.setDefaultMeasurement(MEASUREMENT, _always());
        nodes.setDefaultMeasurement(other, _always());
        bytes32 line = _followingLine();
        assertTrue(nodes.isPayable(NODE, ENCLAVE, line, _now()), "followed");
        skip(10);
        nodes.setDefaultMeasurement(MEASUREMENT, Window(0, _now()));
        assertTrue(nodes.isPayable(NODE, ENCLAVE, line, _now()), "earlier work");
        assertFalse(nodes.isPayable(NODE, ENCLAVE, line, _now() + 1), "later work, of every enclave with it");
        assertEq(nodes.defaultMeasurement(other).until, FOREVER, "others stay");
    }

    function _followingLine() private returns (bytes32 line) {
        (line, ) = _openLine(STRANGER, modelId);
        vm.startPrank(STRANGER);
        nodes.setLineVerifier(line, address(verifier), _always());
        nodes.setPolicy(line, Policy(true, TcbStatus.UpToDate));
        vm.stopPrank();
    }

    function _binding() private view returns (Binding memory) {
        uint256 number = vm.getBlockNumber() - 1;
        return
            Binding({
                domain: keccak256("Freehold enclave binding v1"),
                chainId: block.chainid,
                registry: address(nodes),
                node: NODE,
                receiptKey: OTHER_ENCLAVE,
                hpkeKeyHash: keccak256(_hpkeKey(OTHER_ENCLAVE)),
                versionSet: versionHash,
                challengeBlock: number,
                challenge: blockhash(number)
            });
    }

    /// @dev What `abi.encode` would be of fields that a test has overwritten with any bits.
    function _hashOf(Binding memory binding) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(binding, 0x120)
        }
    }

    function _reportOf(Binding memory binding) private view returns (TeeReport memory report) {
        report = _teeReport(NODE, OTHER_ENCLAVE);
        report.binding = _hashOf(binding);
    }

    function _registrationWith(TeeReport memory report) private view returns (Registration memory registration) {
        registration = _registration(NODE, OTHER_ENCLAVE);
        registration.verifier = scripted;
        registration.evidence = abi.encode(report);
    }

    function _register(TeeReport memory report) private {
        Registration memory registration = _registrationWith(report);
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function _expectForeign(Binding memory binding) private {
        _expectMismatch(_hashOf(binding), _hashOf(_binding()));
    }

    function _expectMismatch(bytes32 foreign, bytes32 expected) private {
        TeeReport memory report = _teeReport(NODE, OTHER_ENCLAVE);
        report.binding = foreign;
        Registration memory registration = _registrationWith(report);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_BindingMismatch.selector, expected, foreign));
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function _expectStale(uint64 number) private {
        Registration memory registration = _registrationWith(_reportOf(_binding()));
        registration.challengeBlock = number;
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_StaleChallenge.selector, number, vm.getBlockNumber())
        );
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    /// @dev An enclave of a node with too little stake for another falls out, and STRANGER finds it.
    function _fallenOf(address node) private {
        _addStake(node, MIN_STAKE);
        _registerScripted(scripted, node, OTHER_ENCLAVE);
        vm.prank(address(arbiter));
        nodes.slash(node, PAYER, 0, MIN_STAKE);
        scripted.setVerdict(0, TcbStatus.Revoked);
        vm.prank(STRANGER);
        nodes.recheck(OTHER_ENCLAVE, "");
    }

    function _registerHostile() private {
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        registration.verifier = ITeeVerifier(address(hostile));
        registration.evidence = abi.encode(_teeReport(NODE, OTHER_ENCLAVE));
        vm.prank(NODE);
        nodes.registerEnclave(registration);
        skip(1);
    }

    function _trick(HostileVerifier.Trick trick, bytes memory data) private pure returns (bytes memory) {
        return abi.encode(trick, data);
    }

    /// @dev A recheck of OTHER_ENCLAVE reverts with `reason` (any, when it is empty) and changes nothing.
    function _expectUntouched(bytes memory reason, bytes memory aux) private {
        bytes32 had = _stateOf(OTHER_ENCLAVE);
        (bool success, bytes memory result) = address(nodes).call{gas: 2_000_000}(
            abi.encodeCall(nodes.recheck, (OTHER_ENCLAVE, aux))
        );
        assertFalse(success, "recheck");
        if (reason.length != 0) assertEq(keccak256(result), keccak256(reason), "reason");
        assertEq(_stateOf(OTHER_ENCLAVE), had, "state");
    }

    function _stateOf(address receiptKey) private view returns (bytes32) {
        Node memory node = nodes.nodeOf(NODE);
        Enclave memory enclave = nodes.enclaveOf(receiptKey);
        return keccak256(abi.encode(enclave, node, nodes.liabilities(), nodes.compensationOf(address(this))));
    }
}
