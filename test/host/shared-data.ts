// Shared key-value store and shared queues as in proxy-wasm-cpp-host: one per process, kept per VM id. Give the same
// instance to several hosts to play several workers.
import { Status } from "./abi.ts";

interface Entry {
  value: Uint8Array;
  cas: number;
}

export class SharedData {
  readonly #maps = new Map<string, Map<string, Entry>>();
  readonly #queues = new Map<string, { id: number; items: Uint8Array[]; owner: number }>();
  #lastCas = 0;
  #lastQueue = 0;
  /** Every `set` that was accepted, in order: key and the swap value it carried. */
  readonly writes: { key: string; cas: number }[] = [];

  get(vmId: string, key: string): Readonly<Entry> | undefined {
    return this.#maps.get(vmId)?.get(key);
  }

  /** `cas` 0 always writes; another must be the current one, unless the key is new: then it is not looked at. */
  set(vmId: string, key: string, value: Uint8Array, cas: number): Status {
    let map = this.#maps.get(vmId);
    if (map === undefined) this.#maps.set(vmId, (map = new Map()));
    const entry = map.get(key);
    if (entry !== undefined && cas !== 0 && cas !== entry.cas) return Status.CasMismatch;
    this.#lastCas++;
    map.set(key, { value, cas: this.#lastCas });
    this.writes.push({ key, cas });
    return Status.Ok;
  }

  keys(vmId = ""): string[] {
    return [...(this.#maps.get(vmId)?.keys() ?? [])];
  }

  registerQueue(vmId: string, name: string, owner: number): number {
    const key = `${vmId}\0${name}`;
    const queue = this.#queues.get(key);
    if (queue !== undefined) {
      queue.owner = owner; // the last one to register is the one that is told
      return queue.id;
    }
    this.#queues.set(key, { id: ++this.#lastQueue, items: [], owner });
    return this.#lastQueue;
  }
  resolveQueue(vmId: string, name: string): number | undefined {
    return this.#queues.get(`${vmId}\0${name}`)?.id;
  }
  /** The context to call `proxy_on_queue_ready` on, or a status. */
  enqueue(id: number, item: Uint8Array): { owner: number } | undefined {
    const queue = this.#byId(id);
    queue?.items.push(item);
    return queue;
  }
  dequeue(id: number): Uint8Array | Status {
    const queue = this.#byId(id);
    if (queue === undefined) return Status.NotFound;
    return queue.items.shift() ?? Status.Empty;
  }
  #byId(id: number): { items: Uint8Array[]; owner: number } | undefined {
    return [...this.#queues.values()].find((queue) => queue.id === id);
  }
}
