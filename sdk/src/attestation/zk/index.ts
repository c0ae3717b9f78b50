export {
  decodeZkJournal,
  encodeZkJournal,
  splitZkEvidence,
  type ZkJournal,
  zkEvidence,
  zkJournalOf,
  zkRecheck,
} from "./journal.js";
export { verifyZkJournal } from "./opinion.js";
