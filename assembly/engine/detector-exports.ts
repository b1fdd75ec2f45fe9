// Detectors over bare addresses, for tests and for the scoring tools.
import { CLASS_ANY, scanClasses } from "../core/match/byte-classes";
import { Span } from "../core/match/span";
import { SQLI_REQUIRED, detectSqli, sqliFingerprint, sqliSteps } from "../core/match/sqli";
import { runSqlGrammar } from "../core/match/sqli-grammar";
import { SqlEnd, run } from "../core/match/sqli-run";
import { sqlHollow } from "../core/match/sqli-scanner";
import { failsAtOnce, startsWithName } from "../core/match/sqli-start";
import { XSS_REQUIRED, detectXss, xssSteps } from "../core/match/xss";
import { detectLdap, ldapSteps } from "../core/match/ldap";
import { detectHeaderLine, detectMail, mailSteps } from "../core/match/mail";
import { detectNosql, nosqlSteps } from "../core/match/nosql";
import { detectXpath, xpathSteps } from "../core/match/xpath";
import { detectJava, javaSteps } from "../core/match/java";
import { detectForgedJwt } from "../core/match/jwt";
import { PHP_REQUIRED, detectPhp, phpSteps } from "../core/match/php";
import { detectScript, scriptSteps } from "../core/match/script";
import { SHELL_REQUIRED, detectShell, shellSteps } from "../core/match/shell";
import { detectOpenRedirect, openRedirectSteps } from "../core/match/open-redirect";
import { UPLOAD_REQUIRED, detectScriptUpload, scriptUploadSteps } from "../core/match/script-upload";
import { SSRF_REQUIRED, detectSsrf, ssrfSteps } from "../core/match/ssrf";
import { detectTemplate, templateSteps } from "../core/match/template";
import { detectJndi, jndiSteps } from "../core/match/jndi";
import { detectXxe, xxeSteps } from "../core/match/xxe";
import { detectSsi, ssiSteps } from "../core/match/ssi";
import { detectPrototypePollution, prototypePollutionSteps } from "../core/match/prototype-pollution";
import { TRAVERSAL_REQUIRED, detectTraversal, traversalSteps } from "../core/match/traversal";

const span: Span = new Span();

let classesKnown: bool = true;

/** Whether detectors are told which classes of bytes occur in their value, as rules tell them; else any may. */
export function detectorClassesKnown(known: bool): void {
  classesKnown = known;
}

function classesOf(at: usize, len: u32): u64 {
  return classesKnown ? scanClasses(at, len) : CLASS_ANY;
}

export function sqliDetect(at: usize, len: u32): bool {
  return detectSqli(at, at + len, classesOf(at, len), span);
}

/** Offset at which the first look dismisses the value (or what follows a quote, when `closed`), -1 where it does not. */
export function sqliFirstLook(at: usize, len: u32, closed: bool): i32 {
  if (len == 0) return -1;
  const dismissed = closed ? startsWithName(at, at + len) : failsAtOnce(at, at + len);
  return dismissed ? <i32>(run.cursor - at) : -1;
}

/** Offset at which the grammar gives up, -1 unless it does so with nothing understood. */
export function sqliGivesUp(at: usize, len: u32, closed: bool): i32 {
  runSqlGrammar(at, at + len, closed);
  const nothing = run.ending == SqlEnd.Error && run.signs == 0 && sqlHollow == 0 && !run.program;
  return nothing && !run.aliased ? <i32>(run.cursor - at) : -1;
}

export function sqliFingerprintTo(out: usize): u32 {
  return sqliFingerprint(out);
}

export function sqliStepCount(): u32 {
  return sqliSteps();
}

/** Evidence of the last detection, as addresses. */
export function detectorSpanFrom(): usize {
  return span.from;
}

export function detectorSpanTo(): usize {
  return span.to;
}

export function xssDetect(at: usize, len: u32): bool {
  return detectXss(at, at + len, classesOf(at, len), span);
}

export function xssStepCount(): u32 {
  return xssSteps();
}

export function shellDetect(at: usize, len: u32): bool {
  return detectShell(at, at + len, classesOf(at, len), span);
}

export function shellStepCount(): u32 {
  return shellSteps();
}

/** 256-bit set: a value without any of these bytes is never detected. */
export function sqliRequiredSet(): usize {
  return SQLI_REQUIRED;
}

/** 256-bit set: a value without any of these bytes is never detected. */
export function xssRequiredSet(): usize {
  return XSS_REQUIRED;
}

/** 256-bit set: a value without any of these bytes is never detected. */
export function shellRequiredSet(): usize {
  return SHELL_REQUIRED;
}

export function ssrfDetect(at: usize, len: u32): bool {
  return detectSsrf(at, at + len, classesOf(at, len), span);
}

export function ssrfStepCount(): u32 {
  return ssrfSteps();
}

/** 256-bit set: a value without any of these bytes is never detected. */
export function ssrfRequiredSet(): usize {
  return SSRF_REQUIRED;
}

export function jndiDetect(at: usize, len: u32): bool {
  return detectJndi(at, at + len, span);
}

export function jndiStepCount(): u32 {
  return jndiSteps();
}

export function xxeDetect(at: usize, len: u32): bool {
  return detectXxe(at, at + len, span);
}

export function xxeStepCount(): u32 {
  return xxeSteps();
}

export function ssiDetect(at: usize, len: u32): bool {
  return detectSsi(at, at + len, span);
}

export function ssiStepCount(): u32 {
  return ssiSteps();
}

export function prototypePollutionDetect(at: usize, len: u32): bool {
  return detectPrototypePollution(at, at + len, span);
}

export function prototypePollutionStepCount(): u32 {
  return prototypePollutionSteps();
}

export function nosqlDetect(at: usize, len: u32): bool {
  return detectNosql(at, at + len, span);
}

export function nosqlStepCount(): u32 {
  return nosqlSteps();
}

export function ldapDetect(at: usize, len: u32): bool {
  return detectLdap(at, at + len, classesOf(at, len), span);
}

export function ldapStepCount(): u32 {
  return ldapSteps();
}

export function xpathDetect(at: usize, len: u32): bool {
  return detectXpath(at, at + len, classesOf(at, len), span);
}

export function xpathStepCount(): u32 {
  return xpathSteps();
}

export function mailDetect(at: usize, len: u32): bool {
  return detectMail(at, at + len, span);
}

export function mailStepCount(): u32 {
  return mailSteps();
}

export function headerLineDetect(at: usize, len: u32): bool {
  return detectHeaderLine(at, at + len, span);
}

/** The mail and header-line detectors count together. */
export function headerLineStepCount(): u32 {
  return mailSteps();
}

export function traversalDetect(at: usize, len: u32): bool {
  return detectTraversal(at, at + len, classesOf(at, len), span);
}

export function traversalStepCount(): u32 {
  return traversalSteps();
}

/** 256-bit set: a value without any of these bytes is never detected. */
export function traversalRequiredSet(): usize {
  return TRAVERSAL_REQUIRED;
}

export function phpDetect(at: usize, len: u32): bool {
  return detectPhp(at, at + len, span);
}

export function phpStepCount(): u32 {
  return phpSteps();
}

/** 256-bit set: a value without any of these bytes is never detected. */
export function phpRequiredSet(): usize {
  return PHP_REQUIRED;
}

export function javaDetect(at: usize, len: u32): bool {
  return detectJava(at, at + len, span);
}

export function javaStepCount(): u32 {
  return javaSteps();
}

export function jwtDetect(at: usize, len: u32): bool {
  return detectForgedJwt(at, at + len, span);
}

export function scriptDetect(at: usize, len: u32): bool {
  return detectScript(at, at + len, span);
}

export function scriptStepCount(): u32 {
  return scriptSteps();
}

export function templateDetect(at: usize, len: u32): bool {
  return detectTemplate(at, at + len, span);
}

export function templateStepCount(): u32 {
  return templateSteps();
}

export function openRedirectDetect(at: usize, len: u32): bool {
  return detectOpenRedirect(at, at + len, span);
}

export function openRedirectStepCount(): u32 {
  return openRedirectSteps();
}

export function scriptUploadDetect(at: usize, len: u32): bool {
  return detectScriptUpload(at, at + len, span);
}

export function scriptUploadStepCount(): u32 {
  return scriptUploadSteps();
}

/** 256-bit set: a value without any of these bytes is never detected. */
export function scriptUploadRequiredSet(): usize {
  return UPLOAD_REQUIRED;
}
