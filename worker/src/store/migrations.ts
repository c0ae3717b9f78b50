/**
 * Schema by version: entry n brings a database from `user_version` n to n + 1. Entries are never edited after a release.
 *
 * The receipts are the books: what a channel owes is the sum over its receipts that are neither settled nor written off.
 * `accounted` of a channel is the sum over its settled ones, which is what the escrow has paid.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- The enclave's keys live and die with the books: keys that outlived them would sign a channel's seq twice.
  CREATE TABLE enclave_keys (
    receipt_key TEXT PRIMARY KEY,
    sealed BLOB NOT NULL,
    generation INTEGER NOT NULL UNIQUE
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    line_id TEXT NOT NULL,
    version_hash TEXT NOT NULL,
    UNIQUE (line_id, version_hash)
  ) STRICT;

  CREATE TABLE channels (
    channel INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    metered INTEGER NOT NULL,
    accounted INTEGER NOT NULL,
    voucher_cumulative INTEGER NOT NULL,
    voucher_signature TEXT NOT NULL
  ) STRICT;

  -- state: 0 unsettled, 1 settled, 2 written off
  CREATE TABLE receipts (
    channel INTEGER NOT NULL REFERENCES channels (channel),
    seq INTEGER NOT NULL,
    version INTEGER NOT NULL REFERENCES versions (id),
    request_hash TEXT NOT NULL UNIQUE,
    response_hash TEXT NOT NULL,
    cumulative INTEGER NOT NULL,
    price INTEGER NOT NULL,
    worked_at INTEGER NOT NULL,
    signature TEXT NOT NULL,
    receipt_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (channel, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX unsettled ON receipts (version, channel, worked_at, price, created_at) WHERE state = 0;

  -- Sums over receipts by state, so that nobody has to add them all up.
  CREATE TABLE totals (state INTEGER PRIMARY KEY, receipts INTEGER NOT NULL, units INTEGER NOT NULL) STRICT;
  INSERT INTO totals VALUES (0, 0, 0), (1, 0, 0), (2, 0, 0);
  CREATE TRIGGER receipt_written AFTER INSERT ON receipts BEGIN
    UPDATE totals SET receipts = receipts + 1, units = units + NEW.price WHERE state = NEW.state;
  END;
  CREATE TRIGGER receipt_moved AFTER UPDATE OF state ON receipts WHEN OLD.state <> NEW.state BEGIN
    UPDATE totals SET receipts = receipts - 1, units = units - OLD.price WHERE state = OLD.state;
    UPDATE totals SET receipts = receipts + 1, units = units + NEW.price WHERE state = NEW.state;
  END;

  CREATE TABLE responses (
    channel INTEGER NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (channel, idempotency_key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX responses_by_age ON responses (created_at);

  -- Written before its transaction is sent; status: pending, mined, reverted, dropped
  CREATE TABLE settlements (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL REFERENCES versions (id),
    claims TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    receipt_key TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    raw TEXT NOT NULL,
    hashes TEXT NOT NULL,
    status TEXT NOT NULL,
    total INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    finished_at INTEGER
  ) STRICT;
  CREATE INDEX settlements_pending ON settlements (id) WHERE status = 'pending';
  `,
];
