// Writes assembly/core/generated/code-words.ts: words that stand beside other words in code, not only in prose.
//
// Run: npx tsx scripts/gen/code-words.ts
import { writeTable, type WordClasses } from "./word-table.ts";

const CLASSES: WordClasses = {
  /** A call may follow directly. */
  BEFORE:
    "return echo print new else and or xor not in as await yield throw case typeof void delete elif import " +
    "include require include_once require_once if while",
  /** Only declarations and statements put these before names. */
  DECLARE:
    "function var let const class def lambda static public private protected final global namespace extends " +
    "implements foreach for try catch async instanceof package goto abstract interface trait switch raise assert export of from",
};

writeTable(CLASSES, "assembly/core/generated/code-words.ts", "scripts/gen/code-words.ts", "CODE", 128);
