/** What a payer must remember of a channel; amounts in units. */
export interface ChannelState {
  /** Highest cumulative amount of a voucher that was signed. */
  readonly signed: bigint;
  /** Cumulative amount of the newest receipt. */
  readonly metered: bigint;
  /** Number of the newest receipt; 0 before the first. */
  readonly seq: bigint;
}

/** Where channels are remembered. A `set` that resolved must survive a crash, as far as the store promises that at all. */
export interface ChannelStore {
  get(key: string): Promise<ChannelState | undefined>;
  set(key: string, state: ChannelState): Promise<void>;
}

/** Remembers channels until the process ends. What it forgets is recovered from vouchers, receipts and the chain. */
export function memoryStore(): ChannelStore {
  const states = new Map<string, ChannelState>();
  return {
    get: async (key) => states.get(key),
    set: async (key, state) => {
      states.set(key, state);
    },
  };
}

/** Key of a channel in a store. */
export function channelKey(channel: {
  chainId: bigint;
  escrow: string;
  node: string;
  lineId: string;
  channel: bigint;
}): string {
  const { chainId, escrow, node, lineId } = channel;
  return [chainId, escrow.toLowerCase(), node.toLowerCase(), lineId.toLowerCase(), channel.channel].join(":");
}

const queues = new Map<string, Promise<unknown>>();

/** Runs `task` after every earlier one of this key in this process: two requests must not sign the same amount. */
export async function inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
  const before = queues.get(key) ?? Promise.resolve();
  const result = before.then(task, task);
  const done = result.then(
    () => undefined,
    () => undefined,
  );
  queues.set(key, done);
  try {
    return await result;
  } finally {
    if (queues.get(key) === done) queues.delete(key);
  }
}
