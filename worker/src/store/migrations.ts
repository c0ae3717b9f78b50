import { ZeroHash } from "ethers";
import type { Dialect } from "./dialect.js";

/**
 * Schema by version: entry n brings a database from version n to n + 1. Entries are never edited after a release.
 *
 * The receipts are the books: what a channel owes is the sum over its receipts that are neither settled nor written off.
 * `accounted` of a channel is the sum over its settled ones, which is what the escrow has paid.
 */
export const MIGRATIONS: readonly ((dialect: Dialect) => string)[] = [
  (d) => `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL ${d.keyed};

  -- The enclave's keys live and die with the books: keys that outlived them would sign a channel's seq twice.
  CREATE TABLE enclave_keys (
    receipt_key TEXT PRIMARY KEY,
    sealed ${d.bytes} NOT NULL,
    generation ${d.integer} NOT NULL UNIQUE
  ${d.keyed};

  CREATE TABLE versions (
    id ${d.id},
    line_id TEXT NOT NULL,
    version_hash TEXT NOT NULL,
    UNIQUE (line_id, version_hash)
  ${d.table};

  CREATE TABLE channels (
    channel ${d.integer} PRIMARY KEY,
    seq ${d.integer} NOT NULL,
    metered ${d.integer} NOT NULL,
    accounted ${d.integer} NOT NULL,
    voucher_cumulative ${d.integer} NOT NULL,
    voucher_signature TEXT NOT NULL
  ${d.table};

  -- state: 0 unsettled, 1 settled, 2 written off
  CREATE TABLE receipts (
    channel ${d.integer} NOT NULL REFERENCES channels (channel),
    seq ${d.integer} NOT NULL,
    version ${d.integer} NOT NULL REFERENCES versions (id),
    request_hash TEXT NOT NULL UNIQUE,
    response_hash TEXT NOT NULL,
    cumulative ${d.integer} NOT NULL,
    price ${d.integer} NOT NULL,
    worked_at ${d.integer} NOT NULL,
    signature TEXT NOT NULL,
    receipt_key TEXT NOT NULL,
    created_at ${d.integer} NOT NULL,
    state ${d.integer} NOT NULL DEFAULT 0,
    PRIMARY KEY (channel, seq)
  ${d.keyed};
  CREATE INDEX unsettled ON receipts (version, channel, worked_at, price, created_at) WHERE state = 0;
  ${d.isSqlite ? TOTALS : ""}
  CREATE TABLE responses (
    channel ${d.integer} NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at ${d.integer} NOT NULL,
    PRIMARY KEY (channel, idempotency_key)
  ${d.keyed};
  CREATE INDEX responses_by_age ON responses (created_at);

  -- Written before its transaction is sent; status: pending, mined, reverted, dropped
  CREATE TABLE settlements (
    id ${d.id},
    version ${d.integer} NOT NULL REFERENCES versions (id),
    claims TEXT NOT NULL,
    last_at ${d.integer} NOT NULL,
    receipt_key TEXT NOT NULL,
    nonce ${d.integer} NOT NULL,
    raw TEXT NOT NULL,
    hashes TEXT NOT NULL,
    status TEXT NOT NULL,
    total ${d.integer} NOT NULL DEFAULT 0,
    created_at ${d.integer} NOT NULL,
    finished_at ${d.integer}
  ${d.table};
  CREATE INDEX settlements_pending ON settlements (id) WHERE status = 'pending';
  `,

  // Several replicas share the books: keys by replica, no row that every completion writes, one pending settlement.
  (d) => `
  CREATE TABLE replica_keys (
    replica TEXT NOT NULL,
    generation ${d.integer} NOT NULL,
    receipt_key TEXT NOT NULL UNIQUE,
    sealed ${d.bytes} NOT NULL,
    PRIMARY KEY (replica, generation)
  ${d.keyed};
  INSERT INTO replica_keys (replica, generation, receipt_key, sealed)
    SELECT 'main', generation, receipt_key, sealed FROM enclave_keys;
  DROP TABLE enclave_keys;

  -- Units that the escrow had paid when these books first met the channel.
  ALTER TABLE channels ADD COLUMN paid_before ${d.integer} NOT NULL DEFAULT 0;
  UPDATE channels SET paid_before = accounted
    - (SELECT coalesce(sum(price), 0) FROM receipts r WHERE r.channel = channels.channel AND r.state = 1);
  CREATE INDEX written_off ON receipts (price) WHERE state = 2;
  ${d.isSqlite ? "DROP TRIGGER receipt_written; DROP TRIGGER receipt_moved; DROP TABLE totals;" : ""}

  DROP INDEX settlements_pending;
  CREATE UNIQUE INDEX settlements_pending ON settlements (status) WHERE status = 'pending';
  ALTER TABLE settlements ADD COLUMN lane TEXT;
  ALTER TABLE settlements ADD COLUMN batch_nonce ${d.integer};
  `,

  // A voucher pays for one request. Which ones did before is not known: none up to the highest pays for another.
  (d) => `
  ALTER TABLE receipts ADD COLUMN voucher ${d.integer};
  CREATE UNIQUE INDEX receipts_by_voucher ON receipts (channel, voucher) WHERE voucher IS NOT NULL;
  ALTER TABLE channels ADD COLUMN spent_before ${d.integer} NOT NULL DEFAULT 0;
  UPDATE channels SET spent_before = voucher_cumulative;
  `,

  // Inferences that a token transfer pays for: written with the answer, before the transfer is sent. settled_by: its transaction.
  (d) => `
  CREATE TABLE payments (
    payer TEXT NOT NULL,
    nonce TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    amount TEXT NOT NULL,
    body TEXT NOT NULL,
    from_block ${d.integer} NOT NULL,
    raw TEXT,
    hash TEXT,
    settled_by TEXT,
    created_at ${d.integer} NOT NULL,
    PRIMARY KEY (payer, nonce)
  ${d.keyed};
  CREATE INDEX payments_by_age ON payments (created_at);
  `,

  // Answers to challenges; channels whose payer asked for the end of them.
  (d) => `
  CREATE TABLE answers (
    channel ${d.integer} NOT NULL,
    cumulative ${d.integer} NOT NULL,
    signature TEXT NOT NULL,
    -- Written before they are sent.
    transactions TEXT NOT NULL,
    pending ${d.integer} NOT NULL,
    PRIMARY KEY (channel, cumulative)
  ${d.keyed};
  CREATE INDEX answers_pending ON answers (channel) WHERE pending = 1;
  -- Wall clock at which the payer asked for the end; 0: he has not.
  ALTER TABLE channels ADD COLUMN ended_at ${d.integer} NOT NULL DEFAULT 0;
  `,

  // Receipts say what was answered in the terms of circuits; those before did not.
  () => `
  ALTER TABLE receipts ADD COLUMN input_commitment TEXT NOT NULL DEFAULT '${ZeroHash}';
  ALTER TABLE receipts ADD COLUMN output_commitment TEXT NOT NULL DEFAULT '${ZeroHash}';
  `,

  // Proofs of receipts: what they need, sealed; which batch a receipt stands in; what was made and sent.
  (d) => `
  CREATE TABLE witnesses (
    receipt_id TEXT PRIMARY KEY,
    channel ${d.integer} NOT NULL,
    seq ${d.integer} NOT NULL,
    sealed ${d.bytes} NOT NULL,
    worked_at ${d.integer} NOT NULL
  ${d.keyed};
  CREATE INDEX witnesses_by_age ON witnesses (worked_at);
  -- The batch that pays for it: a receipt is audited in one only.
  ALTER TABLE receipts ADD COLUMN settlement ${d.integer};
  CREATE INDEX receipts_by_settlement ON receipts (settlement) WHERE settlement IS NOT NULL;
  CREATE TABLE proof_steps (
    id TEXT PRIMARY KEY,
    proof TEXT,
    result ${d.integer},
    -- Written before they are sent.
    transactions TEXT NOT NULL,
    pending ${d.integer} NOT NULL,
    created_at ${d.integer} NOT NULL
  ${d.keyed};
  CREATE INDEX proof_steps_pending ON proof_steps (id) WHERE pending = 1;
  `,

  // Tier 2: blinders of the sums that proofs are made with.
  (d) => `
  CREATE TABLE sums (
    version_hash TEXT NOT NULL,
    circuit_id TEXT NOT NULL,
    sealed ${d.bytes} NOT NULL,
    PRIMARY KEY (version_hash, circuit_id)
  ${d.keyed};
  `,
];

/** Of the first release, which knew SQLite only. */
const TOTALS = `
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
`;
