// What a command may begin with other than its name: a word of the shell's grammar (do id), a file of a directory that everybody may
// write to (/tmp/x), a redirection (</etc/passwd cat); and lines that SQLite's shell runs (.shell id).
//
// Each look ahead is bounded by PART_MAX bytes.

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";

const PART_MAX: usize = 24;

/** Past "do", "then", "else" or "coproc" and the blanks behind it; `at` where none of them stands. */
export function skipKeyword(at: usize, end: usize): usize {
  let to = at;
  while (to < end && to - at < 8 && isAlpha(load<u8>(to))) to++;
  if (to >= end || !isSpace(load<u8>(to)) || to == at) return at;
  const len = to - at;
  const four = load<u32>(at);
  const isKeyword =
    (len == 2 && (four & 0xffff) == 0x6f64) ||
    (len == 4 && (four == 0x6e656874 || four == 0x65736c65)) ||
    (len == 6 && four == 0x72706f63);
  if (!isKeyword) return at;
  while (to < end && to - at < PART_MAX && isSpace(load<u8>(to))) to++;
  return to;
}

/** /tmp/…, /var/tmp/…, /dev/shm/…, ". /…": a file that is run. */
export function isRunFile(at: usize, end: usize): bool {
  if (at + 6 > end) return false;
  const four = load<u32>(at);
  if (four == 0x706d742f) return load<u8>(at, 4) == 0x2f && isWord(load<u8>(at, 5));
  if ((four & 0xffffff) == 0x2f202e) return isAlpha(load<u8>(at, 3));
  if (at + 10 > end || load<u8>(at, 8) != 0x2f) return false;
  return (
    (four == 0x7261762f && load<u32>(at, 4) == 0x706d742f) ||
    (four == 0x7665642f && load<u32>(at, 4) == 0x6d68732f)
  );
}

/** .shell and .system of SQLite, and a command. */
export function isSqliteCommand(at: usize, end: usize): bool {
  if (at + 8 > end || load<u8>(at) != 0x2e) return false;
  const four = load<u32>(at, 1);
  if (four == 0x6c656873) return load<u8>(at, 5) == 0x6c && isSpace(load<u8>(at, 6));
  return four == 0x74737973 && load<u16>(at, 5) == 0x6d65 && isSpace(load<u8>(at, 7));
}

/** </etc/…, <'/proc/…: a file of the system as what a command reads. */
export function isSystemInput(start: usize, end: usize): bool {
  const quoted = start + 1 < end && (load<u8>(start, 1) == 0x27 || load<u8>(start, 1) == 0x22);
  const at = start + (quoted ? 2 : 1);
  if (at + 6 > end) return false;
  const four = load<u32>(at);
  return (
    (four == 0x6374652f && load<u8>(at, 4) == 0x2f && isAlpha(load<u8>(at, 5))) ||
    (four == 0x6f72702f && load<u16>(at, 4) == 0x2f63)
  );
}

/** %COMSPEC:~0,1%: a part of a variable of cmd.exe. */
export function isSubstring(start: usize, end: usize): bool {
  let at = start + 1;
  while (at < end && at - start < PART_MAX && isWord(load<u8>(at))) at++;
  if (at == start + 1 || at + 2 >= end || load<u16>(at) != 0x7e3a) return false;
  return isDigit(load<u8>(at, 2)) || load<u8>(at, 2) == 0x2d;
}

/** %COMSPEC%, the variable that names cmd.exe. */
export function isCmdInterpreter(at: usize, end: usize): bool {
  if (at + 9 > end || load<u8>(at) != 0x25 || load<u8>(at, 8) != 0x25) return false;
  return (load<u64>(at) | 0x2020202020202000) == 0x63657073_6d6f6325;
}
