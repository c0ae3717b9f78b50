// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IssuerRole} from "../../interfaces/IDcapCollateral.sol";
import {Certificate, X509} from "./X509.sol";

/// @title IntelNames
/// @notice What a certificate of Intel's is for, by its subject and its usage ("Intel SGX PCK Certificate and CRL Profile Specification").
/// @dev keccak256 of the subjects' names in DER, as Intel writes them.
library IntelNames {
    bytes32 private constant PLATFORM_CA = keccak256(
        hex"30703122302006035504030c19496e74656c205347582050434b20506c6174666f726d204341311a3018060355040a0c11496e74656c20436f72706f726174696f6e3114301206035504070c0b53616e746120436c617261310b300906035504080c024341310b3009060355040613025553"
    );
    bytes32 private constant PROCESSOR_CA = keccak256(
        hex"30713123302106035504030c1a496e74656c205347582050434b2050726f636573736f72204341311a3018060355040a0c11496e74656c20436f72706f726174696f6e3114301206035504070c0b53616e746120436c617261310b300906035504080c024341310b3009060355040613025553"
    );
    bytes32 private constant TCB_SIGNING = keccak256(
        hex"306c311e301c06035504030c15496e74656c2053475820544342205369676e696e67311a3018060355040a0c11496e74656c20436f72706f726174696f6e3114301206035504070c0b53616e746120436c617261310b300906035504080c024341310b3009060355040613025553"
    );
    bytes32 private constant PCK = keccak256(
        hex"30703122302006035504030c19496e74656c205347582050434b204365727469666963617465311a3018060355040a0c11496e74656c20436f72706f726174696f6e3114301206035504070c0b53616e746120436c617261310b300906035504080c024341310b3009060355040613025553"
    );

    /// @notice What a certificate of the root's may be used for.
    function roleOf(Certificate memory certificate) internal pure returns (IssuerRole) {
        bytes32 subject = certificate.subjectHash;
        uint16 usage = certificate.extensions.keyUsage;
        if (!certificate.extensions.isCa) {
            bool signs = usage & X509.USAGE_DIGITAL_SIGNATURE != 0;
            return subject == TCB_SIGNING && signs ? IssuerRole.TcbSigning : IssuerRole.None;
        }
        uint16 issuing = X509.USAGE_KEY_CERT_SIGN | X509.USAGE_CRL_SIGN;
        bool isPckCa = subject == PLATFORM_CA || subject == PROCESSOR_CA;
        return isPckCa && usage & issuing == issuing ? IssuerRole.PckCa : IssuerRole.None;
    }

    /// @notice Whether a certificate of a PCK CA's is that of an attestation key.
    function isPck(Certificate memory certificate) internal pure returns (bool) {
        return
            !certificate.extensions.isCa &&
            certificate.subjectHash == PCK &&
            certificate.extensions.keyUsage & X509.USAGE_DIGITAL_SIGNATURE != 0;
    }
}
