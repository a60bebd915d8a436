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

  const before = (left: Entry, right: Entry): boolean =>
    left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);

  const swap = (left: number, right: number): void => {
    const a = heap[left];
    const b = heap[right];
    if (a === undefined || b === undefined) return;
    heap[left] = b;
    heap[right] = a;
  };

  const isBefore = (left: number, right: number): boolean => {
    const a = heap[left];
    const b = heap[right];
    return a !== undefined && b !== undefined && before(a, b);
  };

  const sinkFirst = (): void => {
    let index = 0;
    for (;;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) if (isBefore(child, least)) least = child;
      if (least === index) return;
      swap(index, least);
      index = least;
    }
  };

  return {
    at(ms, work) {
      heap.push({ atMs: ms, order: order++, work });
      for (let index = heap.length - 1; index > 0; ) {
        const parent = (index - 1) >> 1;
        if (!isBefore(index, parent)) return;
        swap(index, parent);
        index = parent;
      }
    },
    nextAtMs: () => heap[0]?.atMs,
    takeDue(ms) {
      const first = heap[0];
      if (first === undefined || first.atMs > ms) return undefined;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) {
        heap[0] = last;
        sinkFirst();
      }
      return first.work;
    },
  };
}
