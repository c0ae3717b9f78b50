// Downloads SEntFiN from its public origin, checks both SHA-256 values and caches the file: node scripts/model/fetch-data.ts
import { DatasetError } from "./errors.ts";
import { fetchSentfin, SENTFIN_SHA256 } from "./sentfin.ts";

try {
  const bytes = await fetchSentfin();
  console.log(`out/data/sentfin_headlines.csv: ${bytes.length} bytes, SHA-256 ${SENTFIN_SHA256}`);
} catch (error) {
  if (!(error instanceof DatasetError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
