// Called instead of env.abort, which no proxy offers. Nothing of ours throws; if a runtime check of the
// language fails all the same, the host's log says where before the VM stops.

import { LogLevel } from "./abi";
import { log } from "./host";

export function abort(_message: usize, _file: usize, line: u32, column: u32): void {
  // "<line>:<column>" without allocating: the heap may be what failed.
  const end: usize = memory.data(16) + 16;
  let at = digits(end, column);
  store<u8>(--at, 0x3a);
  at = digits(at, line);
  log(LogLevel.Critical, at, <u32>(end - at));
  unreachable();
}

function digits(end: usize, value: u32): usize {
  let at = end;
  let rest = value % 100000;
  do {
    store<u8>(--at, <u8>(0x30 + (rest % 10)));
    rest /= 10;
  } while (rest != 0);
  return at;
}
