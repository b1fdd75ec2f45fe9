import { detectForgedJwt } from "../../../../assembly/core/match/jwt";
import { detects } from "./detector-rows";

const ATTACKS: string[] = [
  "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.",
  "eyJhbGciOiJuT25FIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhIn0.",
  "eyJ0eXAiOiJKV1QiLCJhbGciOiAiTk9ORSJ9.eyJzdWIiOiJhIn0.c2ln",
  "eyJcdTAwNjFsZyI6Im5vbmUifQ.eyJzdWIiOiJhIn0.c2ln",
  "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.",
  "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uLy4uL2Rldi9udWxsIn0.eyJzdWIiOiJhIn0.c2ln",
  "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii9kZXYvbnVsbCJ9.eyJzdWIiOiJhIn0.c2ln",
  "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii9ldGMvaG9zdHMifQ.eyJzdWIiOiJhIn0.c2ln",
  "eyJhbGciOiJIUzI1NiIsImtpZCI6IngnIHVuaW9uIHNlbGVjdCAxIn0.eyJzdWIiOiJhIn0.c2ln",
  "eyJhbGciOiJIUzI1NiIsImtpZCI6Imt8aWQifQ.eyJzdWIiOiJhIn0.c2ln",
  "eyJhbGciOiJIUzI1NiIsImtpZCI6IiQoaWQpIn0.eyJzdWIiOiJhIn0.c2ln",
  "eyJhbGciOiJSUzI1NiIsImprdSI6Imh0dHA6Ly9ldmlsLmV4YW1wbGUvayJ9.eyJzdWIiOiJhIn0.c2ln",
  "eyJhbGciOiJSUzI1NiIsIng1dSI6Imh0dHA6Ly9ldmlsLmV4YW1wbGUvayJ9.eyJzdWIiOiJhIn0.c2ln",
  "x=eyAiYWxnIjoibm9uZSJ9.eyJzdWIiOiJhIn0.c2ln;y=1",
];

const BENIGN: string[] = [
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhIn0.c2ln",
  "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjQtMDEtMDEifQ.eyJzdWIiOiJhIn0.c2ln",
  "eyJhbGciOiJSUzI1NiIsImtpZCI6Ii9BYkMzK3g5Lzg9In0.eyJzdWIiOiJhIn0.c2ln",
  "eyJhbGciOiJSUzI1NiIsImtpZCI6ImRpZDp3ZWI6ZXhhbXBsZS5jb20ja2V5LTEifQ.eyJzdWIiOiJhIn0.c2ln",
  "eyJhbGciOiJSUzI1NiIsImtpZCI6Imh0dHBzOi8vYXV0aC5leGFtcGxlLmNvbS9rZXlzLzEifQ.eyJzdWIiOiJhIn0.c2ln",
  "eyJhbGciOiJFUzI1NiIsImprdSI6Imh0dHBzOi8vYXV0aC5leGFtcGxlLmNvbS9qd2tzIn0.eyJzdWIiOiJhIn0.c2ln",
  "Bearer eyJhbGciOiJFZERTQSIsImtpZCI6ImEuYi4uYyJ9.eyJzdWIiOiJhIn0.c2ln",
  "eyJhbGciOiJub25lIn0",
  "eyJhbGciOiJub25lIn0.x",
  "eye.eye.eye",
  "eyJ.eyJ.",
  "none",
  "eyJhbGciOiJIUzI1NiJ9.eyJhbGciOiJub25lIn0.c2ln",
  "Hello eyJhbGci. eyJ x",
  "eyJhbGciOiJub25lIn0= alone",
];

describe("core/match/jwt detectForgedJwt", () => {
  test("values that hold a forged token", () => {
    for (let i = 0; i < ATTACKS.length; i++)
      expect(detects(ATTACKS[i], detectForgedJwt)).toBe(true, ATTACKS[i]);
  });
  test("values that do not", () => {
    for (let i = 0; i < BENIGN.length; i++)
      expect(detects(BENIGN[i], detectForgedJwt)).toBe(false, BENIGN[i]);
  });
});
