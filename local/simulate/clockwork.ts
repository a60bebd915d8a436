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
    runUntil: (ms) =>
      new Promise((resolve, reject) => {
        /** @returns whether there is more to come, when everybody waits again. */
        const goOn = (): boolean => {
          for (;;) {
            const nextMs = Math.min(agenda.nextAtMs() ?? Infinity, world.nextAtMs() ?? Infinity);
            if (nextMs > ms) break;
            world.advanceTo(nextMs);
            for (let work = agenda.takeDue(nextMs); work !== undefined; work = agenda.takeDue(nextMs)) void work();
            if (!isSomebodyAwake) continue;
            isSomebodyAwake = false;
            return true;
          }
          world.advanceTo(ms);
          return false;
        };
        const turn = (): void => {
          try {
            if (goOn()) whenEverybodyWaits(turn);
            else resolve();
          } catch (error) {
            reject(error);
          }
        };
        turn();
      }),
  };
}

/**
 * Handlers wait for nothing but ports, and ports answer through the agenda: when no microtask is left, all wait. Node
 * runs a tick that a microtask asks for when the microtasks are through, which is a fraction of what a turn of the event
 * loop costs and needs no counting of handlers.
 */
function whenEverybodyWaits(work: () => void): void {
  // `queueMicrotask` would do the same and make a resource for async hooks each time.
  void aMicrotask.then(() => process.nextTick(work));
}
const aMicrotask = Promise.resolve();
