// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRiscZeroVerifierRouter} from "../interfaces/IRiscZeroVerifier.sol";
import {ISP1VerifierGateway} from "../interfaces/ISP1Verifier.sol";

/// @notice Stands for SP1's gateway and RISC Zero's router where neither is. Its routes change at anybody's will, which genuine ones'
/// do not: an adapter must bear that.
contract ZkGatewayStandIn is ISP1VerifierGateway, IRiscZeroVerifierRouter {
    /// @notice Where a route leads.
    struct Route {
        address verifier;
        bool frozen;
    }

    error ZkGatewayStandIn_NoRoute(bytes4 selector);

    /// @inheritdoc ISP1VerifierGateway
    mapping(bytes4 selector => Route) public routes;

    function setRoute(bytes4 selector, address verifier, bool frozen) external {
        routes[selector] = Route(verifier, frozen);
    }

    /// @inheritdoc IRiscZeroVerifierRouter
    function getVerifier(bytes4 selector) external view returns (address) {
        Route memory route = routes[selector];
        if (route.verifier == address(0) || route.frozen) revert ZkGatewayStandIn_NoRoute(selector);
        return route.verifier;
    }
}
