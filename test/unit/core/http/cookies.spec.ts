import { Cookies } from "../../../../assembly/core/http/cookies";
import { Inputs } from "../../../../assembly/core/inputs/inputs";
import { Bytes, listing } from "../inputs/listing";

const inputs = new Inputs();
const cookies = new Cookies();

// Header, inputs.
const ROWS: string[][] = [
  ["a=1; b=2", "a# a=1 b# b=2"],
  ["a=1;b=2;", "a# a=1 b# b=2"],
  ["a=%3Cx%3E", "a# a=<x>"],
  ["a=1+2", "a# a=1+2"],
  ["a=b=c", "a# a=b=c"],
  ["flag", "flag# flag="],
  ["=v", "# =v"],
  ['a="q"', "a# a=q"],
  ['a=""', "a# a="],
  ['a="q; b=1"', 'a# a=q; b=1 a=q b# b=1"'],
  ['a="x\\073y\\"z"', 'a# a=x;y"z'],
  ['a="open; b=1', "a# a=open b# b=1"],
  [" ; ;", ""],
];

describe("core/http/cookies Cookies", () => {
  test("headers", () => {
    for (let i = 0; i < ROWS.length; i++) {
      const bytes = new Bytes(ROWS[i][0]);
      cookies.start(bytes.at, bytes.len);
      expect(cookies.push(inputs)).toBe(true, ROWS[i][0]);
      expect(listing(inputs)).toBe(ROWS[i][1], ROWS[i][0]);
    }
  });
});
