// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PushedConstants} from "../../../../contracts/libraries/PushedConstants.sol";
import {Test} from "../../utils/Test.sol";

contract PushedConstantsFindTest is Test {
    bytes32 private constant WANTED = 0x00f2c08d694e6b45dfe45955860ce09e30100e41d90d44ed5d4d23f8c1da0373;

    function testFuzz_WhenCodePushesTheConstant(uint256 seed, uint8 width) external pure {
        width = uint8(bound(width, 1, 32));
        uint256 constant_ = seed >> (256 - 8 * uint256(width));
        bytes memory argument = new bytes(width);
        for (uint256 i = 0; i < width; ++i) argument[i] = bytes1(uint8(constant_ >> (8 * (width - 1 - i))));
        bytes memory code = abi.encodePacked(hex"600435", uint8(0x5f + width), argument, hex"01");
        uint256[] memory constants = new uint256[](3);
        (constants[0], constants[1], constants[2]) = (uint256(WANTED), constant_, 4);
        uint256 expected = constant_ == uint256(WANTED) ? 7 : 6;
        assertEq(PushedConstants.find(code, constants), expected, "found");
    }

    function test_WhenAConstantWithAZeroInFrontIsPushedInFull() external pure {
        assertEq(_find(abi.encodePacked(hex"7f", WANTED)), 1, "PUSH32");
        assertEq(_find(abi.encodePacked(hex"7e", uint248(uint256(WANTED)))), 1, "PUSH31");
    }

    function test_WhenConstantIsOnlyWithinAnotherArgument() external pure {
        // PUSH2 takes the opcode of the PUSH32 behind it.
        assertEq(_find(abi.encodePacked(hex"61007f", WANTED)), 0, "hidden");
        assertEq(_find(abi.encodePacked(WANTED)), 0, "no instruction");
    }

    function test_WhenAnArgumentIsCutOffByTheEnd() external pure {
        bytes memory code = abi.encodePacked(hex"7f", WANTED);
        assembly ("memory-safe") {
            mstore(code, 32)
        }
        assertEq(_find(code), 0, "cut off");
    }

    function test_WhenThereIsNoCodeOrNoConstant() external pure {
        assertEq(_find(""), 0, "no code");
        assertEq(PushedConstants.find(abi.encodePacked(hex"7f", WANTED), new uint256[](0)), 0, "no constant");
    }

    function _find(bytes memory code) private pure returns (uint256) {
        uint256[] memory constants = new uint256[](1);
        constants[0] = uint256(WANTED);
        return PushedConstants.find(code, constants);
    }
}
