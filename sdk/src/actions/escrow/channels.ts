import type { Hex } from "../../hex.js";
import type { Channel } from "../../types.js";
import { action } from "../bind.js";
import { type Paged, pages } from "../paged.js";
import { call } from "../read.js";

/** All channels towards a node for a line, with their index. */
export const channels = action(
  [],
  (ctx) =>
    ({ node, lineId }: { node: string; lineId: Hex }): Paged<Channel & { channel: bigint }> => {
      async function* items() {
        const count = await call(ctx, "InferenceEscrow", "channelCount", [node, lineId]);
        for (let channel = 0n; channel < count; channel++) {
          const values = (await call(ctx, "InferenceEscrow", "channelOf", [node, lineId, channel])) as Channel;
          yield { channel, ...values };
        }
      }
      return pages(items);
    },
);
