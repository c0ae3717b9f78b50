import { expect } from "chai";

/** What a call throws or rejects with; fails when it does neither. */
export async function errorOf(call: () => unknown): Promise<Error & { code?: string; details?: unknown }> {
  try {
    await call();
  } catch (error) {
    expect(error).to.be.instanceOf(Error);
    return error as Error;
  }
  return expect.fail("nothing was thrown");
}
