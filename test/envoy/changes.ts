// Waiting for something to become true without asking again and again: who changes it says so.

/** A set of waiters, each with what it waits for. */
export class Changes {
  private readonly checks = new Set<() => void>();

  /** Something changed: every waiter looks again. */
  notify(): void {
    for (const check of [...this.checks]) check();
  }

  /** Waits until `probe` gives something; fails with `what` after `timeoutMs`. */
  until<T>(what: string, probe: () => T | undefined, timeoutMs = 10_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const value = probe();
        if (value === undefined) return;
        stop();
        resolve(value);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`not within ${timeoutMs} ms: ${what}`));
      }, timeoutMs);
      const stop = (): void => {
        clearTimeout(timer);
        this.checks.delete(check);
      };
      this.checks.add(check);
      check();
    });
  }
}
