/** SHA-256 of AWS_NitroEnclaves_Root-G1 in DER, as AWS publishes it. */
export const AWS_NITRO_ROOT_SHA256 = "0x641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b";

/** keccak256 of the same bytes: what NitroCertStore is constructed with. */
export const AWS_NITRO_ROOT_KECCAK256 = "0x311d96fcd5c5e0ccf72ef548e2ea7d4c0cd53ad7c4cc49e67471aed41d61f185";
