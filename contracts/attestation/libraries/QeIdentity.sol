// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;
// JSON has double quotes itself.
// solhint-disable quotes

import {TcbStatus} from "../../interfaces/ITeeVerifier.sol";
import {IntelJson} from "./IntelJson.sol";

/// @notice What the identity of a quoting enclave says of itself.
/// @param isTdx whether it is TDX's quoting enclave, else SGX's
/// @param issuedAt Unix seconds
/// @param nextUpdate Unix seconds
/// @param evaluation tcbEvaluationDataNumber
/// @param packed see {QeIdentity}
struct QeIdentityBody {
    bool isTdx;
    uint64 issuedAt;
    uint64 nextUpdate;
    uint32 evaluation;
    bytes packed;
}

/// @title QeIdentity
/// @notice Reads enclave identities, version 2, as Intel's Provisioning Certification Service v4 issues them, and packs them:
/// `miscselect(4) mask(4) attributes(16) mask(16) mrsigner(32) isvprodid(2) count(1)` and for each level `isvsvn(2) status(1)`.
library QeIdentity {
    using IntelJson for uint256;

    /// @notice Reads the body of `{"enclaveIdentity":<body>,"signature":...}`.
    function read(bytes calldata json) internal pure returns (QeIdentityBody memory body) {
        (uint256 place, uint256 end) = IntelJson.bounds(json);
        place = place.pass('{"id":"', 7);
        body.isTdx = place.isNext("TD_QE", 5);
        if (!body.isTdx) place.pass('QE"', 3);
        place = (place + (body.isTdx ? 5 : 2)).pass('","version":2,"issueDate":', 26);
        (body.issuedAt, place) = place.readTime();
        (body.nextUpdate, place) = place.pass(',"nextUpdate":', 14).readTime();
        uint256 value;
        (value, place) = place.pass(',"tcbEvaluationDataNumber":', 27).readUint();
        body.evaluation = uint32(value);
        (body.packed, place) = _readIdentity(place);
        place.pass("}", 1).finish(end);
    }

    function _readIdentity(uint256 place) private pure returns (bytes memory packed, uint256 next) {
        uint256 misc;
        uint256 mask;
        (misc, place) = place.pass(',"miscselect":', 14).readHex(4);
        (mask, place) = place.pass(',"miscselectMask":', 18).readHex(4);
        packed = bytes.concat(bytes4(uint32(misc)), bytes4(uint32(mask)));
        (misc, place) = place.pass(',"attributes":', 14).readHex(16);
        (mask, place) = place.pass(',"attributesMask":', 18).readHex(16);
        packed = bytes.concat(packed, bytes16(uint128(misc)), bytes16(uint128(mask)));
        bytes32 signer;
        (signer, place) = place.pass(',"mrsigner":', 12).readHex32();
        (misc, place) = place.pass(',"isvprodid":', 13).readUint();
        if (misc > type(uint16).max) revert IntelJson.IntelJson_Unexpected(place);
        bytes memory levels;
        (levels, next) = _readLevels(place.pass(',"tcbLevels":[', 14));
        packed = bytes.concat(packed, signer, bytes2(uint16(misc)), levels);
    }

    function _readLevels(uint256 place) private pure returns (bytes memory, uint256) {
        bytes memory levels;
        uint256 count;
        for (;;) {
            uint256 isvSvn;
            TcbStatus status;
            (isvSvn, place) = place.pass('{"tcb":{"isvsvn":', 17).readUint();
            if (isvSvn > type(uint16).max || count == 255) revert IntelJson.IntelJson_Unexpected(place);
            (, place) = place.pass('},"tcbDate":', 12).readTime();
            (status, place) = place.pass(',"tcbStatus":', 13).readStatus();
            levels = bytes.concat(levels, bytes2(uint16(isvSvn)), bytes1(uint8(status)));
            ++count;
            place = place.passAdvisories().pass("}", 1);
            if (!place.isNext(",", 1)) break;
            ++place;
        }
        return (bytes.concat(bytes1(uint8(count)), levels), place.pass("]", 1));
    }
}
