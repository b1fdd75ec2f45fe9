// The part of WASI preview 1 that Envoy offers to a filter: logs through stdout and stderr, clocks, randomness and
// the configured environment. Everything about files answers an error.
import { randomFillSync } from "node:crypto";
import { Errno, RANDOM_MAX_BYTES } from "./abi.ts";
import type { HostFunctions, Vm } from "./vm.ts";

export function createWasi(vm: Vm): HostFunctions {
  const told = (written: boolean): number => (written ? Errno.Success : Errno.Fault);
  const environment = (): Buffer[] =>
    Object.entries(vm.options.env).map(([name, value]) => Buffer.from(`${name}=${value}\0`));
  return {
    fd_write: (fd, vectors, count, writtenAt) => {
      if (fd !== 1 && fd !== 2) return Errno.Badf;
      let text = "";
      for (let i = 0; i < count!; i++) {
        const at = vm.memory.readU32(vectors! + 8 * i);
        const length = vm.memory.readU32(vectors! + 8 * i + 4);
        const part = at === undefined || length === undefined ? undefined : vm.memory.readBytes(at, length);
        if (part === undefined) return Errno.Fault;
        text += part;
      }
      const line = Buffer.from(text, "latin1").toString("utf8").replace(/\n$/, "");
      if (text !== "") vm.log(fd === 1 ? "info" : "error", line);
      return told(vm.memory.writeU32(writtenAt!, text.length));
    },
    fd_read: () => Errno.Nosys,
    fd_seek: () => Errno.Success,
    fd_close: () => Errno.Success,
    fd_fdstat_get: (fd, at) => {
      if (fd !== 1 && fd !== 2) return Errno.Badf;
      const stat = Buffer.alloc(24);
      stat.writeBigUInt64LE(64n, 8); // the right to write
      return told(vm.memory.write(at!, stat));
    },
    environ_get: (arrayAt, bufferAt) => {
      let at = bufferAt!;
      for (const [i, entry] of environment().entries()) {
        if (!vm.memory.writeU32(arrayAt! + 4 * i, at) || !vm.memory.write(at, entry)) return Errno.Fault;
        at += entry.length;
      }
      return Errno.Success;
    },
    environ_sizes_get: (countAt, sizeAt) => {
      const entries = environment();
      const size = entries.reduce((sum, entry) => sum + entry.length, 0);
      return told(vm.memory.writeU32(countAt!, entries.length) && vm.memory.writeU32(sizeAt!, size));
    },
    args_get: () => Errno.Success,
    args_sizes_get: (countAt, sizeAt) =>
      told(vm.memory.writeU32(countAt!, 0) && vm.memory.writeU32(sizeAt!, 0)),
    clock_time_get: (clock, _precision, at) => {
      if (clock !== 0 && clock !== 1) return Errno.Notsup;
      return told(vm.memory.writeU64(at!, clock === 0 ? vm.wallNs : vm.monotonicNs));
    },
    clock_res_get: (clock, at) => (clock! > 1 ? Errno.Notsup : told(vm.memory.writeU64(at!, 1n))),
    random_get: (at, size) => {
      if (size! > RANDOM_MAX_BYTES) return Errno.Inval;
      return told(vm.memory.write(at!, randomFillSync(new Uint8Array(size!))));
    },
    sched_yield: () => Errno.Success,
    poll_oneoff: (_subscriptions, _events, _count, eventsAt) => told(vm.memory.writeU32(eventsAt!, 0)),
    proc_exit: () => vm.misuse("proc_exit was called: Envoy only logs it and goes on"),
  };
}
