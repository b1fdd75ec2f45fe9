// What Envoy's properties look like, made into what the core wants.

import { Received } from "./host";

/** `10.0.0.1:443` or `[::1]:443`, as `source.address` has it, without port and brackets. */
export function trimPort(address: Received): void {
  for (let i = address.len; i > 0; i--) {
    if (load<u8>(address.at + i - 1) != 0x3a) continue;
    address.len = i - 1;
    break;
  }
  if (address.len < 2 || load<u8>(address.at) != 0x5b) return;
  address.at++;
  address.len -= 2;
}
