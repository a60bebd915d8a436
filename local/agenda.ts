/** Work at moments of virtual time, in order of time and then of arrival. */
export interface Agenda {
  at(ms: number, work: () => Promise<void> | void): void;
  nextAtMs(): number | undefined;
  /** Takes out the work that is due first, if it is due by then. */
  takeDue(ms: number): (() => Promise<void> | void) | undefined;
}

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly work: () => Promise<void> | void;
}

export function createAgenda(): Agenda {
  const heap: Entry[] = [];
  let order = 0;

  const isBefore = (left: Entry, right: Entry): boolean =>
    left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);

  /** Those that are due later make room, from the end up. */
  const rise = (entry: Entry, from: number): void => {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = entry;
  };

  /** Those that are due sooner move up, from the beginning down. */
  const sink = (entry: Entry): void => {
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      let sooner = heap[below];
      if (sooner === undefined) break;
      const other = heap[below + 1];
      if (other !== undefined && isBefore(other, sooner)) {
        sooner = other;
        below += 1;
      }
      if (!isBefore(sooner, entry)) break;
      heap[index] = sooner;
      index = below;
    }
    heap[index] = entry;
  };

  return {
    at(ms, work) {
      const entry = { atMs: ms, order, work };
      order += 1;
      heap.push(entry);
      rise(entry, heap.length - 1);
    },
    nextAtMs: () => heap[0]?.atMs,
    takeDue(ms) {
      const first = heap[0];
      if (first === undefined || first.atMs > ms) return undefined;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) sink(last);
      return first.work;
    },
  };
}
