import { HDNodeWallet, type JsonRpcProvider, Mnemonic } from "ethers";

/** The mnemonic that Hardhat's node and anvil fund; public, worth nothing. */
const MNEMONIC = "test test test test test test test test test test test junk";

export interface Actor {
  name: string;
  address: string;
  signer: HDNodeWallet;
}

export interface Actors {
  deployer: Actor;
  quant: Actor;
  operator: Actor;
  stranger: Actor;
  rogue: Actor;
  /** Operators who serve the base in place of the version that they name. */
  cheats: readonly [Actor, Actor];
  tenants: Actor[];
  governance: Actor;
}

/** Names the chain's funded accounts. */
export function actorsOf(provider: JsonRpcProvider, tenants: number): Actors {
  const actor = (name: string, index: number): Actor => {
    const wallet = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), `m/44'/60'/0'/0/${index}`).connect(
      provider,
    );
    return { name, address: wallet.address, signer: wallet };
  };
  return {
    deployer: actor("deployer", 0),
    quant: actor("quant", 1),
    operator: actor("operator", 2),
    stranger: actor("stranger", 3),
    rogue: actor("rogue operator", 4),
    cheats: [actor("the first cheat", 17), actor("the second cheat", 18)],
    tenants: Array.from({ length: tenants }, (_, i) => actor(`tenant ${i + 1}`, 5 + i)),
    // Governance of ignition/parameters/local.json.
    governance: actor("governance", 19),
  };
}
