import { read } from "../read.js";

/** Whether `operator` may transfer every model of `owner`. */
export const isApprovedForAll = read({
  contract: "ModelRegistry",
  method: "isApprovedForAll",
  args: (params: { owner: string; operator: string }) => [params.owner, params.operator],
});
