// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger, Line, Version} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {IModelRegistry, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {Delta} from "../../../../contracts/libraries/Hashes.sol";
import {OwnershipBase} from "../../utils/OwnershipBase.sol";

/// @notice A public model of `author`; `owner` fine-tunes it.
abstract contract LedgerBase is OwnershipBase {
    uint256 internal constant UNKNOWN = uint256(keccak256("unknown"));
    uint32 internal constant GRACE = 600;

    address internal author = address(0xa0770);
    uint256 internal modelId;
    bytes32 internal lineId;
    bytes32 internal base;

    function setUp() public virtual override {
        super.setUp();
        modelId = deployModel(author, "model", Visibility.Public);
        lineId = ledger.lineIdOf(modelId, owner);
        base = models.baseVersionHash(modelId);
    }

    function open() internal {
        vm.prank(owner);
        ledger.openLine(modelId, GRACE);
    }

    function append(string memory name) internal returns (bytes32) {
        return appendAs(owner, modelId, name);
    }

    function activate(uint32 version) internal {
        vm.prank(owner);
        ledger.activate(modelId, version);
    }

    function setVisibility(Visibility visibility) internal {
        vm.prank(author);
        models.setTerms(modelId, termsOf(visibility));
    }

    function tryAppend(address account, bytes32 parent, Delta memory delta, bytes32[] memory ids) internal {
        vm.prank(account);
        ledger.append(modelId, parent, delta, ids);
    }

    function expectUnknownLine(bytes32 line) internal {
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_UnknownLine.selector, line));
    }

    function expectNotLicensed(address account) internal {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_NotLicensed.selector, modelId, account));
    }

    function expectLocked(bytes32 key) internal {
        vm.expectRevert(lockedError(key));
        vm.prank(owner);
    }

    function payableUntil(bytes32 versionHash) internal view returns (uint256) {
        return ledger.payableUntil(lineId, versionHash);
    }

    function assertSameVersion(Version memory actual, Version memory expected) internal pure {
        assertEq(keccak256(abi.encode(actual)), keccak256(abi.encode(expected)), "version");
    }

    function assertSameLine(Line memory actual, Line memory expected) internal pure {
        assertEq(keccak256(abi.encode(actual)), keccak256(abi.encode(expected)), "line");
    }
}
