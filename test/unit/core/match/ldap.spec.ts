import { detectLdap } from "../../../../assembly/core/match/ldap";
import { detectsByClasses } from "./detector-rows";

const LDAP_ATTACKS: string[] = [
  "*)(uid=*))(|(uid=*",
  "admin)(&(password=*",
  "*)(objectClass=*",
  "*)(&",
  "*))\u0000",
  "x))%00",
  "admin*)((|userPassword=*)",
  "*(|(mail=*))",
  "*(|(objectclass=*))",
  "(&(uid=admin)(!(&(1=0)(userPassword=q))))",
  "userPassword:2.5.13.18:=123",
  "x)(cn=))\u0000",
  "*)(|(objectclass=*)",
  "admin)(!(&(a=0)",
  "a)|(cn=*",
  "*()|&'",
  "(*)*)",
  "*))(|(cn=*",
  "jdoe)(memberOf:1.2.840.113556.1.4.1941:=cn=x",
  "x*)(sn>=a",
  "(|(cn=*)(uid=*))",
  "*)(uid=*))(|(uid=* )",
  "*)(department=*",
  "cn=*)(mail=*)",
];

const LDAP_BENIGN: string[] = [
  "(see note) (and more)",
  "f(x)=y",
  "a & b (c)",
  "admin",
  "*",
  "(a)(b)",
  "a (b) (c=d)",
  "if (a) (b=c)",
  ":) (x)",
  "(555) 123-4567",
  "f(a)(b=1)",
  "sum(a)|(b)",
  "cn=Jane Doe,ou=people,dc=example",
  "(1=1)",
  "(uid=jdoe)",
  "Great :) (and = fine)",
  "x = (a | b) & (c | d)",
  "$('#a')(b=1)",
  "smile :) (|)",
  "function (a) { return (b=c); }",
  "Meeting 3) (a=b)",
  "f(*)",
  "(*)",
  "2 * (3 + 4)",
  "Tokyo (Japan)",
  "a:b:c",
  "time:=5",
  "urn:1.2.3",
  "x:1.2",
  "(o_o)",
  "¯\\_(ツ)_/¯",
];

describe("core/match/ldap detectLdap", () => {
  test("values that inject", () => {
    for (let i = 0; i < LDAP_ATTACKS.length; i++) {
      expect(detectsByClasses(LDAP_ATTACKS[i], detectLdap)).toBe(true, LDAP_ATTACKS[i]);
    }
  });
  test("values that look like it", () => {
    for (let i = 0; i < LDAP_BENIGN.length; i++) {
      expect(detectsByClasses(LDAP_BENIGN[i], detectLdap)).toBe(false, LDAP_BENIGN[i]);
    }
  });
});
