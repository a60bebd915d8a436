import { createAgenda } from '../agenda.ts';
import type { World } from '../world/world.ts';

/** Virtual time for handlers that run side by side: it moves on only when all of them wait. */
export interface Clockwork {
  readonly nowMs: number;
  after(ms: number, work: () => void): void;
  /** A handler goes on: time stands still until it waits again. */
  wakes(): void;
  runUntil(ms: number): Promise<void>;
}

export function createClockwork(world: World): Clockwork {
  const agenda = createAgenda();
  let isSomebodyAwake = false;

  return {
    get nowMs() {
      return world.nowMs;
    },
    after: (ms, work) => agenda.at(world.nowMs + ms, work),
    wakes() {
      isSomebodyAwake = true;
    },
    async runUntil(ms) {
      for (;;) {
        const nextMs = Math.min(agenda.nextAtMs() ?? Infinity, world.nextAtMs() ?? Infinity);
        if (nextMs > ms) break;
        world.advanceTo(nextMs);
        for (let work = agenda.takeDue(nextMs); work !== undefined; work = agenda.takeDue(nextMs)) void work();
        if (isSomebodyAwake) {
          isSomebodyAwake = false;
          await everybodyWaits();
        }
      }
      world.advanceTo(ms);
    },
  };
}

/**
 * Handlers wait for nothing but ports, and ports answer through the agenda: when no microtask is left, all wait. Node
 * runs a tick that a microtask asks for when the microtasks are through, which is a fraction of what a turn of the event
 * loop costs and needs no counting of handlers.
 */
function everybodyWaits(): Promise<void> {
  return new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
}
