import { detectXpath } from "../../../../assembly/core/match/xpath";
import { detectsByClasses } from "./detector-rows";

const XPATH_ATTACKS: string[] = [
  "' or count(//user)=1 or '",
  "x' or //user",
  "'] | //user",
  "x'] | //user",
  "count(/child::node())",
  "string-length(//user[1])",
  "ancestor-or-self::node()",
  "' and count(/*)=1 and '1'='1",
  "' and count(/@*)=1 and '1'='1",
  "x' or name()='username' or 'x'='y",
  "1 or count(/*)=1",
  "')] | //user/*[contains(*,'",
  "x] | //*",
  "' or substring(//user[1]/pass,1,1)='a",
  "' and starts-with(name(/*[1]),'a') or '",
  "x' or position()=1 or 'a'='b",
  "1 and string-length(name(/*[1]))=4",
  "'] | /* | /foo[bar='",
  "' or contains(../pass,'a') or '",
  "x' and local-name(/*)='root",
  "' or string(//user/text())='x",
  "descendant::*",
  "' or doc('http://x')/text()='a' or name(..)='b",
  "string(//user[name/text()='a' and password/text()='b']/account/text())",
];

const XPATH_BENIGN: string[] = [
  "//*",
  "/*[1]",
  '//*[@id="bar"]/div[1]/a[1]',
  "//div[@class='x']",
  "/* comment */",
  "a[1] | b",
  "/a/b",
  "count(items)",
  "the parent::x",
  "position()",
  "tea and (doc)",
  'the "name" or text',
  "a or b/c",
  "https://example.com/a//b",
  "//example.com/x",
  "src/**/*.ts",
  "count(*)",
  "name()",
  "text()",
  "foo.text()",
  "a and name() or b",
  "std::string(x)",
  "self::new",
  "parent::__construct()",
  "use // for comments or /* */",
  "x || /re/.test(y)",
  '"a" // comment',
  "contains('a', 'b')",
  "string(5)",
  "or /path/to",
  "and // so on",
  "id(1)",
  "SELECT count(*) FROM t",
  "position() starts at 1",
  "'a' | b",
  "s3://bucket/*",
  "/api/*/x",
  "*/*",
  "text/*;q=0.5",
];

describe("core/match/xpath detectXpath", () => {
  test("values that inject", () => {
    for (let i = 0; i < XPATH_ATTACKS.length; i++) {
      expect(detectsByClasses(XPATH_ATTACKS[i], detectXpath)).toBe(true, XPATH_ATTACKS[i]);
    }
  });
  test("values that look like it", () => {
    for (let i = 0; i < XPATH_BENIGN.length; i++) {
      expect(detectsByClasses(XPATH_BENIGN[i], detectXpath)).toBe(false, XPATH_BENIGN[i]);
    }
  });
});
