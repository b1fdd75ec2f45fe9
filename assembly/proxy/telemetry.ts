// Stats of the filter. Names are fixed: a stat name lives as long as the proxy, so nothing of a request is in one.
//
// Counters are added up in the VM and handed to the host on the tick: no hostcall per request.

import { Text, text } from "../core/bytes/text";
import { MetricKind } from "./abi";
import { addToMetric, defineMetric, recordMetric } from "./host";

export enum Counter {
  Requests = 0,
  Blocked = 1,
  Monitored = 2,
  ConfigAccepted = 3,
  ConfigRejected = 4,
  HostErrors = 5,
  InspectedBytes = 6,
  Reset = 7,
  Replaced = 8,
  Stalled = 9,
  /** From here on one counter per limit, in the order of their bits. */
  Limits = 10,
}

const COUNTERS: StaticArray<Text> = [
  text("wardgate_requests"),
  text("wardgate_blocked"),
  text("wardgate_monitored"),
  text("wardgate_config_accepted"),
  text("wardgate_config_rejected"),
  text("wardgate_host_errors"),
  text("wardgate_inspected_bytes"),
  text("wardgate_reset"),
  text("wardgate_replaced"),
  text("wardgate_stalled"),
  text("wardgate_limit_request_body"),
  text("wardgate_limit_response_body"),
  text("wardgate_limit_budget"),
  text("wardgate_limit_headers"),
  text("wardgate_limit_host"),
  text("wardgate_limit_nested"),
  text("wardgate_limit_encoding"),
  text("wardgate_limit_inflate"),
];
const VM_MEMORY = text("wardgate_vm_memory_bytes");
const RULES = text("wardgate_rules");

const ids = new StaticArray<i32>(COUNTERS.length);
const pending = new StaticArray<u32>(COUNTERS.length);
let vmMemory = -1;
let rules = -1;
let defined = false;

/** Defines every stat, once per VM. */
export function defineStats(): void {
  if (defined) return;
  defined = true;
  for (let i = 0; i < COUNTERS.length; i++)
    unchecked((ids[i] = defineMetric(MetricKind.Counter, COUNTERS[i])));
  vmMemory = defineMetric(MetricKind.Gauge, VM_MEMORY);
  rules = defineMetric(MetricKind.Gauge, RULES);
}

export function count(counter: Counter, amount: u32 = 1): void {
  unchecked((pending[counter] += amount));
}

/** One counter per limit bit that is set. */
export function countLimits(limits: u32): void {
  for (let rest = limits; rest != 0; rest &= rest - 1) {
    const bit = ctz(rest);
    const counter = Counter.Limits + <i32>bit;
    if (counter < COUNTERS.length) count(counter);
  }
}

export function recordRules(loaded: u32): void {
  recordMetric(rules, loaded);
}

/** Hands what was counted since the last time to the host. */
export function flushStats(): void {
  for (let i = 0; i < COUNTERS.length; i++) {
    const amount = unchecked(pending[i]);
    if (amount == 0) continue;
    addToMetric(unchecked(ids[i]), amount);
    unchecked((pending[i] = 0));
  }
  recordMetric(vmMemory, (<u64>memory.size()) << 16);
}
