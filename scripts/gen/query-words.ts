// Writes the word tables of the detectors of query languages and mail: operators of MongoDB (its manual's operator
// reference, and the evaluation operators of its PHP relatives), functions and axes of XPath 1.0 to 3.1, commands of
// SMTP (RFC 5321) and IMAP (RFC 3501), fields of mail (RFC 5322, 2045) and of HTTP responses (RFC 9110, 6265).
//
// Run: npx tsx scripts/gen/query-words.ts
import { writeTable, type WordClasses } from "./word-table.ts";

const NOSQL: WordClasses = {
  /** Change what a query selects, and no document has them as names. */
  COMPARE:
    "ne nin in gt gte lt lte regex where exists not nor expr function accumulator elemmatch jsonschema func",
  /** Also parts of filters that clients may write. */
  LOGIC: "eq or and mod all size options comment text near geowithin",
};

const XPATH: WordClasses = {
  /** Functions that take a path. */
  FUNCTION:
    "count name string string-length local-name namespace-uri substring substring-before substring-after contains " +
    "starts-with ends-with normalize-space concat sum boolean not number translate doc doc-available string-join " +
    "document unparsed-text collection document-uri string-to-codepoints upper-case lower-case matches tokenize id",
  /** Node tests and functions of the context: nothing need stand between their parentheses. */
  NODE: "text node comment processing-instruction position last name local-name namespace-uri",
  AXIS:
    "ancestor ancestor-or-self attribute child descendant descendant-or-self following following-sibling namespace " +
    "parent preceding preceding-sibling self",
};

const MAIL: WordClasses = {
  /** SMTP, a colon after the second word. */
  PATH: "rcpt mail",
  /** SMTP, with an argument. */
  ARGUMENT: "vrfy expn ehlo helo auth",
  /** SMTP and IMAP, alone on the line. */
  ALONE: "quit rset noop data starttls logout capability",
  /** IMAP behind a tag. */
  TAGGED:
    "login authenticate select examine create delete rename subscribe unsubscribe list lsub status append check " +
    "close expunge search fetch store copy uid",
  /** Fields of a message that name people. */
  COPY: "bcc cc",
  PERSON: "to from reply-to sender return-path",
  FIELD: "subject content-type mime-version x-mailer content-transfer-encoding content-disposition",
  /** Fields of a response that take over a browser. */
  COOKIE: "set-cookie",
  RESPONSE:
    "content-length x-xss-protection transfer-encoding content-security-policy access-control-allow-origin",
};

const GENERATOR = "scripts/gen/query-words.ts";
writeTable(NOSQL, "assembly/core/generated/nosql-words.ts", GENERATOR, "NOSQL", 64);
writeTable(XPATH, "assembly/core/generated/xpath-words.ts", GENERATOR, "XPATH", 128);
writeTable(MAIL, "assembly/core/generated/mail-words.ts", GENERATOR, "MAIL", 128);
