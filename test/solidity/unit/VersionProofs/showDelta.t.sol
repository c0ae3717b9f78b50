// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Point} from "../../../../contracts/interfaces/ICommitGroth16Verifier.sol";
import {ICommittedVersions} from "../../../../contracts/interfaces/ICommittedVersions.sol";
import {CommittedVersionsBase} from "./CommittedVersionsBase.sol";

contract VersionProofsShowDeltaTest is CommittedVersionsBase {
    uint256 private constant Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583;

    function test_RevertGiven_DigestsOfAVersionAreNotProvenEqual() external {
        _proveDigests(firstNumber, first, FIRST_ROOT, _firstAnchor());
        bytes memory missing = abi.encodeWithSelector(
            ICommittedVersions.VersionProofs_DigestsNotProven.selector,
            second
        );
        vm.expectRevert(missing);
        proofs.showDelta(first, second, _difference());
        vm.expectRevert(missing);
        proofs.showDelta(second, first, _difference());
        vm.expectRevert(missing);
        proofs.isDelta(first, second, _difference());
    }

    function test_RevertWhen_AnchorsDifferByAnotherPoint() external {
        _proveBoth();
        _expectRefused(first, second, _firstAnchor());
        _expectRefused(second, first, _difference());
        _expectRefused(first, second, Point(_difference().x, Q - _difference().y));
        _expectRefused(first, second, Point(0, 0));
        _expectRefused(first, first, _difference());
    }

    function test_RevertWhen_DifferenceIsNoPointOfTheCurve() external {
        _proveBoth();
        _expectRefused(first, second, Point(1, 1));
        _expectRefused(first, second, Point(_difference().x + Q, _difference().y));
        _expectRefused(first, second, Point(_difference().x, _difference().y + Q));
    }

    function test_WhenDifferenceIsTheAnchors() external {
        _proveBoth();
        assertTrue(proofs.isDelta(first, second, _difference()), "adds up");
        vm.expectEmit(address(proofs));
        emit ICommittedVersions.DeltaShown(first, second, _difference());
        vm.prank(STRANGER);
        proofs.showDelta(first, second, _difference());
        Point memory back = Point(_difference().x, Q - _difference().y);
        assertTrue(proofs.isDelta(second, first, back), "and back");
        assertTrue(proofs.isDelta(first, first, Point(0, 0)), "nothing was learnt");
    }

    function _expectRefused(bytes32 base, bytes32 head, Point memory delta) private {
        assertFalse(proofs.isDelta{gas: 200_000}(base, head, delta), "no difference");
        vm.expectRevert(abi.encodeWithSelector(ICommittedVersions.VersionProofs_InvalidDelta.selector, base, head));
        proofs.showDelta{gas: 200_000}(base, head, delta);
    }
}
