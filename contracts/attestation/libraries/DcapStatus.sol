// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {TcbStatus} from "../../interfaces/ITeeVerifier.sol";

/// @title DcapStatus
/// @notice Intel's rule for the state of a platform ("Intel SGX Data Center Attestation Primitives: ECDSA Quote Verification", and the check in
/// intel/SGX-TDX-DCAP-QuoteVerificationLibrary, TcbLevelCheck.cpp and TdxModuleCheck.cpp).
/// @dev A `basis` is what of a quote the state depends on: `isTdx(1) pckId(32) miscselect(4) attributes(16) mrsigner(32) isvprodid(2)
/// isvsvn(2)` of the quoting enclave, and for TDX `teeTcbSvn(16) mrsignerseam(48) seamattributes(8)`; bytes as they stand in the reports.
/// `identity` is packed as QeIdentity says, `info` as TcbInfo says.
library DcapStatus {
    uint256 internal constant BASIS_SGX = 89;
    uint256 internal constant BASIS_TDX = 161;

    uint256 private constant TOPS = 0x80808080808080808080808080808080;
    uint256 private constant LOWER_112 = 0xffffffffffffffffffffffffffff;

    /// @notice Thrown when the quoting enclave is not Intel's.
    error DcapStatus_QeMismatch();
    /// @notice Thrown when the TDX module is not one of Intel's.
    error DcapStatus_ModuleMismatch(uint256 version);
    /// @notice Thrown when no level of the collateral is as low as the platform's.
    error DcapStatus_NotSupported();

    /// @notice State of a platform. Reverts when Intel does not know it at all.
    /// @param svns of its CPUSVN, from the certificate
    /// @param pceSvn from the certificate
    function judge(
        bytes memory basis,
        bytes16 svns,
        uint16 pceSvn,
        bytes calldata identity,
        bytes calldata info
    ) internal pure returns (TcbStatus status) {
        bool isTdx = basis[0] != 0;
        uint256 teeTcbSvn = isTdx ? uint128(bytes16(_word(basis, 89))) : 0;
        uint256 next;
        (status, next) = _levelStatus(isTdx, uint128(svns), pceSvn, teeTcbSvn, info);
        if (isTdx) status = converge(status, _moduleStatus(basis, teeTcbSvn, info[next:]));
        status = converge(status, _qeStatus(basis, identity));
    }

    /// @notice A platform's state with one of its parts taken into account: the quoting enclave, whose every weakness but a revocation Intel
    /// takes for "out of date" (EnclaveReportVerifier.cpp), or the TDX module.
    /// @dev A TD of TDX 1.5 whose module was updated since its launch stays out of date: what Intel's TDRelaunchCheck.cpp calls "relaunch
    /// advised" is this state, with the advice that a launch mends it.
    function converge(TcbStatus platform, TcbStatus part) internal pure returns (TcbStatus) {
        if (part == TcbStatus.Revoked) return TcbStatus.Revoked;
        if (part == TcbStatus.UpToDate) return platform;
        if (platform <= TcbStatus.SwHardeningNeeded) return TcbStatus.OutOfDate;
        if (platform <= TcbStatus.ConfigurationAndSwHardeningNeeded) return TcbStatus.OutOfDateConfigurationNeeded;
        return platform;
    }

    /// @notice Whether each of 16 bytes of `a` is at least that of `b`.
    /// @dev For each byte: the highest bits decide, or else the difference of the other seven, which borrows nothing from its neighbour.
    function areAtLeast(uint256 a, uint256 b) internal pure returns (bool) {
        unchecked {
            uint256 difference = (a | TOPS) - (b & ~TOPS);
            return ((a & ~b) | (~(a ^ b) & difference)) & TOPS == TOPS;
        }
    }

    /// @dev State of the first level that the platform reaches, and what follows the levels.
    function _levelStatus(
        bool isTdx,
        uint256 svns,
        uint256 pceSvn,
        uint256 teeTcbSvn,
        bytes calldata info
    ) private pure returns (TcbStatus, uint256 next) {
        uint256 size = isTdx ? 35 : 19;
        // Where a module has a version, it has levels of its own for the first two components.
        uint256 mask = (teeTcbSvn >> 112) & 0xff == 0 ? type(uint128).max : LOWER_112;
        next = 1 + uint8(info[0]) * size;
        for (uint256 place = 1; place < next; place += size) {
            uint256 level = uint256(_load(info, place));
            if (!areAtLeast(svns, level >> 128) || pceSvn < (level >> 112) & 0xffff) continue;
            if (isTdx && !areAtLeast(teeTcbSvn & mask, (uint256(_load(info, place + 19)) >> 128) & mask)) continue;
            return (TcbStatus((level >> 104) & 0xff), next);
        }
        revert DcapStatus_NotSupported();
    }

    /// @dev State of the TDX module: of the identity that has its version, or of the one without.
    function _moduleStatus(
        bytes memory basis,
        uint256 teeTcbSvn,
        bytes calldata modules
    ) private pure returns (TcbStatus) {
        uint256 version = (teeTcbSvn >> 112) & 0xff;
        uint256 isvSvn = teeTcbSvn >> 120;
        uint256 place = 1;
        for (uint256 i = uint8(modules[0]); i != 0; --i) {
            uint256 levels = uint8(modules[place + 65]);
            if (uint8(modules[place]) == version) {
                _requireModule(basis, modules[place + 1:place + 65], version);
                if (version == 0) return TcbStatus.UpToDate;
                return _firstLevel(modules[place + 66:place + 66 + 2 * levels], isvSvn);
            }
            place += 66 + 2 * levels;
        }
        revert DcapStatus_ModuleMismatch(version);
    }

    /// @dev Signer as it is told; attributes too, which are zero for every module that Intel released.
    function _requireModule(bytes memory basis, bytes calldata module, uint256 version) private pure {
        bool isSigner =
            _word(basis, 105) == bytes32(module[0:32]) && bytes16(_word(basis, 137)) == bytes16(module[32:48]);
        bytes8 attributes = bytes8(_word(basis, 153));
        if (!isSigner || attributes != 0 || attributes & bytes8(module[56:64]) != bytes8(module[48:56])) {
            revert DcapStatus_ModuleMismatch(version);
        }
    }

    function _firstLevel(bytes calldata levels, uint256 isvSvn) private pure returns (TcbStatus) {
        for (uint256 i = 0; i < levels.length; i += 2) {
            if (isvSvn >= uint8(levels[i])) return TcbStatus(uint8(levels[i + 1]));
        }
        revert DcapStatus_NotSupported();
    }

    function _qeStatus(bytes memory basis, bytes calldata identity) private pure returns (TcbStatus) {
        bytes4 misc = bytes4(_word(basis, 33));
        bytes16 attributes = bytes16(_word(basis, 37));
        // Numbers of reports are little-endian.
        bytes32 numbers = _word(basis, 85);
        uint256 product = uint256(uint8(numbers[0])) | (uint256(uint8(numbers[1])) << 8);
        uint256 isvSvn = uint256(uint8(numbers[2])) | (uint256(uint8(numbers[3])) << 8);
        if (
            misc & bytes4(identity[4:8]) != bytes4(identity[0:4]) ||
            attributes & bytes16(identity[24:40]) != bytes16(identity[8:24]) ||
            _word(basis, 53) != bytes32(identity[40:72]) ||
            product != uint16(bytes2(identity[72:74]))
        ) revert DcapStatus_QeMismatch();

        uint256 end = 75 + 3 * uint256(uint8(identity[74]));
        for (uint256 place = 75; place < end; place += 3) {
            uint256 level = uint24(bytes3(identity[place:place + 3]));
            if (isvSvn >= level >> 8) return TcbStatus(level & 0xff);
        }
        revert DcapStatus_NotSupported();
    }

    /// @dev 32 bytes from a place on; zeros behind the end, which no reader here looks at.
    function _load(bytes calldata data, uint256 place) private pure returns (bytes32 word) {
        assembly {
            word := calldataload(add(data.offset, place))
        }
    }

    function _word(bytes memory data, uint256 place) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), place))
        }
    }
}
