import type { Clockwork } from './clockwork.ts';
import type { Faults } from './faults.ts';
import { type FunctionName, functionSetups } from './function-setups.ts';
import type { LoadedFunction } from './functions.ts';
import type { Invocation } from './invocation.ts';

/** An environment of a function: one invocation at a time, its own caches and its own clock. */
export interface Environment {
  readonly loaded: LoadedFunction;
  /** The one that runs in it now. */
  current: Invocation;
}

export interface Lambda {
  /** Whether another invocation may run beside those that do. */
  readonly hasRoom: boolean;
  readonly running: number;
  /** @param ended is told whether it came to an end by itself. */
  run(work: (loaded: LoadedFunction) => Promise<void>, ended: (invocation: Invocation, crashed: boolean) => void): void;
}

/** An environment that has served so long is replaced, so that caches and clocks change within a storm. */
const lifeMs = 300_000;

export function createLambda(
  functionName: FunctionName,
  clockwork: Clockwork,
  faults: Faults,
  load: (invocation: () => Invocation, skewMs: number) => LoadedFunction,
): Lambda {
  const { timeoutMs, concurrency } = functionSetups[functionName];
  const idle: { readonly environment: Environment; readonly bornAtMs: number }[] = [];
  let running = 0;
  let count = 0;

  const environmentFor = (invocation: Invocation) => {
    const used = idle.pop();
    if (used !== undefined && clockwork.nowMs - used.bornAtMs < lifeMs) {
      used.environment.current = invocation;
      return used;
    }
    const environment: Environment = {
      loaded: load(() => environment.current, faults.skewMs()),
      current: invocation,
    };
    return { environment, bornAtMs: clockwork.nowMs };
  };

  return {
    get hasRoom() {
      return running < concurrency;
    },
    get running() {
      return running;
    },
    run(work, ended) {
      count += 1;
      running += 1;
      const end = (crashed: boolean): void => {
        if (invocation.isOver) return;
        invocation.isOver = true;
        running -= 1;
        if (!crashed) idle.push(place);
        ended(invocation, crashed);
      };
      const invocation: Invocation = {
        id: count,
        functionName,
        startedAtMs: clockwork.nowMs,
        deadlineMs: clockwork.nowMs + timeoutMs,
        isOver: false,
        faults: [],
        crash: () => end(true),
      };
      const place = environmentFor(invocation);
      clockwork.wakes();
      work(place.environment.loaded).then(
        () => end(false),
        () => end(true),
      );
    },
  };
}
