import { detectNosql } from "../../../../assembly/core/match/nosql";
import { detects } from "./detector-rows";

const NOSQL_ATTACKS: string[] = [
  '{"$gt":""}',
  '{"user":{"$ne":"x"},"pass":{"$ne":"y"}}',
  "', {$nin: [1]}",
  '[{"$or":[{"a":1}]}]',
  "{$gt: ''}",
  "{ $ne: 1 }",
  'user={"$ne":""}',
  "user[$ne]=1",
  "a[$regex]=.*",
  "login[$nin][]=admin",
  "$where: function() { return true }",
  "true, $where: '1 == 1'",
  ", $where: '1'",
  "', $where: 'sleep(1000)'",
  "' } ], $comment: 'x'",
  "', $or: [ {}, { 'a': 'a",
  "'; return true; var d='",
  "1; return this",
  "'; var d = new Date()",
  "0;var s=new Date();do{n=new Date();}while(n-s<9000)",
  "';sleep(5000);'",
  "1;sleep(3000)",
  "x';while(1){}",
  "' || '1'=='1",
  "' && this.password",
  'x" || true //',
  "|| 1==1",
  "|| 1==1//",
  "' || 1==1//",
  "' && this.secret.match(/^a/)//",
  "'; return '' == '",
  "admin'; return 1==1;//",
  "db.injection.insert({a:1})",
  "db.users.drop();",
  "db.dropDatabase()",
  "x'; db.users.remove({}); //",
  "}, { password : /.*/ }",
  "'}, {name: {$gt: ''",
  "while(1);",
  "while(true){}",
  "1' && this.a == 'b",
];

const NOSQL_BENIGN: string[] = [
  "query($ne: Int, $in: [ID!]) { a(in: $in) }",
  '{"price":"$5"}',
  "costs {$10}",
  "list[$i] = 5",
  "$arr[$name]",
  "a[ne]=1",
  "query List($where: WhereInput)",
  "tell me $where to go",
  "where: 5",
  'use {"$gt": 5} to filter by age',
  "In MongoDB, {$ne: null} selects what is set",
  "first; return to sender",
  "function f() { var a = 1; return true; }",
  "it's; do while",
  "'a' || 'b'",
  '"this" and "that"',
  "x && y == 1",
  "const a = 'x'; var b = 'y';",
  "'use strict'; var x = 1;",
  "db.users.find({})",
  "db.version",
  "the db.x of it",
  "How do I call db.users.insert({a: 1}) from Node?",
  "sleep (8) hours",
  "while (true) love lasts",
  "await sleep(1000) ms",
  "$5.00",
  "US$ 20",
  "a || b == c",
  "if (a && this.b) {",
  "while (i < 5) { i++; }",
  "$name: x",
  "Dear $customer, your order: 5",
  "{{$json.body}}",
  "${where}",
  "{$name}",
  "$or$",
  "price: $gt 5",
];

describe("core/match/nosql detectNosql", () => {
  test("values that inject", () => {
    for (let i = 0; i < NOSQL_ATTACKS.length; i++) {
      expect(detects(NOSQL_ATTACKS[i], detectNosql)).toBe(true, NOSQL_ATTACKS[i]);
    }
  });
  test("values that look like it", () => {
    for (let i = 0; i < NOSQL_BENIGN.length; i++) {
      expect(detects(NOSQL_BENIGN[i], detectNosql)).toBe(false, NOSQL_BENIGN[i]);
    }
  });
});
