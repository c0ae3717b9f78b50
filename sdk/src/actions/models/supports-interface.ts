import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Whether ModelRegistry has an interface (ERC-165). */
export const supportsInterface = read({
  contract: "ModelRegistry",
  method: "supportsInterface",
  args: (params: { interfaceId: Hex }) => [params.interfaceId],
});
