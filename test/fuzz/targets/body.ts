// Bodies of any declared type: the choice of parsers, and that nothing stays unseen whatever a body is declared as.
import { MIMEType } from "node:util";
import { BODY_KIND, RUNNER } from "../../engine/parse-run.js";
import type { Sample } from "../sample.ts";
import { NO_OPINION, type Comparison, type Target } from "../target.ts";
import { elementOf, xml } from "./xml.ts";
import { document } from "./json.ts";
import { form } from "./form.ts";
import { graphql } from "./graphql.ts";
import { multipart } from "./multipart.ts";
import { word } from "../words.ts";

const TYPES = [
  ...["application/json", "text/json; charset=utf-8", "application/vnd.api+json", "application/x-ndjson"],
  ...[
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b0",
    'multipart/mixed; boundary="b 0"',
  ],
  ...["application/xml", "text/xml", "image/svg+xml", "application/graphql", "text/plain", "text/html", ""],
  ...[
    "application/octet-stream",
    "image/png",
    "application/x-unknown",
    "application/pdf",
    "nonsense",
    "text/csv",
  ],
];

export const body: Target = {
  name: "body",
  about: "bodies of any type: the choice of parsers, nothing unseen",
  runner: RUNNER.body + BODY_KIND.unknown,
  isTyped: true,
  isUnordered: true,
  showsAll: true,
  tokens: [
    ...[
      "{",
      "[",
      "<",
      "--",
      "=",
      "&",
      "\n",
      "\r\n",
      " ",
      "\0",
      "\ufeff",
      "<?xml",
      "<!DOCTYPE html",
      "<!DOCTYPE a",
    ],
    ...[
      '{"a":',
      "a=b",
      "query{a}",
      "--b0\r\nContent-Disposition: form-data; name=a\r\n\r\n",
      "\x89PNG\r\n",
      "%PDF-1.4",
    ],
    ...[
      "{{7*7}}",
      "[link](x)",
      "<a>",
      "application/json\n",
      "multipart/form-data; boundary=b0\n",
      "; charset=utf-16",
    ],
  ],
  generate: (random) => {
    const type = random.pick(TYPES);
    switch (random.below(7)) {
      case 0:
        return `${type}\n${document(random)}`;
      case 1:
        return `${type}\n${elementOf(random, 2)}`;
      case 2:
        return `${type}\n${form.generate(random) as string}`;
      case 3:
        return `${type}\n${graphql.generate(random) as string}`;
      case 4:
        return random.oneIn(2)
          ? (multipart.generate(random) as string)
          : `${type}\n${(multipart.generate(random) as string).replace(/^.*\n/, "")}`;
      case 5:
        return `${type}\n${xml.generate(random) as string}`;
      default:
        return `${type}\n${random.pick(["", "\x89PNG\r\n\x1a\n", "%PDF-1.4\n", "PK\x03\x04"])}${word(random)} ${word(random)}`;
    }
  },
  compare,
};

/** A body is read alike under every way to write the same media type. */
function compare(sample: Sample): Comparison {
  let essence: string;
  try {
    const type = new MIMEType(sample.type);
    if (type.type === "multipart") return NO_OPINION;
    essence = type.essence;
  } catch {
    return NO_OPINION;
  }
  const other = sample.runOther(sample.body, essence);
  const isSame = other.list.equals(sample.run.list) && other.anomalies === sample.anomalies;
  return {
    reference: "valid",
    differences: isSame ? [] : [{ kind: "type", detail: `${sample.type} and ${essence}` }],
  };
}
