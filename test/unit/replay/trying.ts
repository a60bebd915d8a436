/**
 * What the cheapest way to keep one task serving costs, found by trying every way: each ten seconds a Spot and an
 * on-demand task may each be launched or stopped. Knows nothing of how the optimum is found. A Spot task that would be
 * healthy at the moment of its notice never is.
 */
export function cheapestByTrying(
  samples: readonly number[],
  times: {
    readonly launchMs: number;
    readonly stopTimeoutMs: number;
    readonly gapMs: number;
    /** Of on-demand. */
    readonly costOfSpot: number;
  },
): number {
  const [launch, stop, gap] = [times.launchMs / stepMs, times.stopTimeoutMs / stepMs, times.gapMs / stepMs];
  const length = samples.length * gap;
  const hasRoom = (step: number) => samples[Math.floor(step / gap)] === 1;
  let costs = new Map<string, number>();
  const reach = (into: Map<string, number>, state: State, cost: number): void => {
    const key = state.join();
    if (cost < (into.get(key) ?? Number.POSITIVE_INFINITY)) into.set(key, cost);
  };
  // What may run when the trace begins.
  for (const spot of hasRoom(0) ? [off, healthy] : [off]) {
    for (const onDemand of [off, healthy]) reach(costs, [spot, onDemand, 0], 0);
  }
  for (let step = 0; step < length; step += 1) {
    const tail = Math.min(stop, length - step);
    const after = new Map<string, number>();
    for (const [key, cost] of costs) {
      const [spot, onDemand, noticed] = key.split(',').map(Number) as State;
      for (const [nextSpot, spotCost, nextNoticed] of spotMoves(spot, noticed, hasRoom(step), launch, tail)) {
        for (const [nextOnDemand, onDemandCost] of moves(onDemand, launch, tail)) {
          if (nextSpot !== healthy && nextOnDemand !== healthy && nextNoticed === 0) continue;
          const billed = spotCost + Number(nextSpot !== off);
          const sum = cost + billed * times.costOfSpot + onDemandCost + Number(nextOnDemand !== off);
          const isLate = nextSpot === healthy + 1 && !hasRoom(step + 1);
          const spotAfter = isLate ? off : onwards(nextSpot);
          reach(after, [spotAfter, onwards(nextOnDemand), Math.max(0, nextNoticed - 1)], sum);
        }
      }
    }
    costs = after;
  }
  return Math.min(...costs.values()) * stepMs;
}

const stepMs = 10_000;
const off = -1;
const healthy = 0;
/** Spot, on-demand: off, healthy or steps until healthy; steps that a Spot task under notice still serves. */
type State = [number, number, number];

/** Where a task is after a decision, and what stopping it costs. */
function moves(state: number, launch: number, tail: number): [number, number][] {
  if (state === off) {
    return [
      [off, 0],
      [launch, 0],
    ];
  }
  return [
    [state, 0],
    [off, state === healthy ? tail : 0],
  ];
}

function spotMoves(
  state: number,
  noticed: number,
  hasRoom: boolean,
  launch: number,
  tail: number,
): [number, number, number][] {
  if (hasRoom) return moves(state, launch, tail).map(([next, cost]) => [next, cost, noticed]);
  return state === healthy ? [[off, tail, tail]] : [[off, 0, noticed]];
}

function onwards(state: number): number {
  return state > healthy ? state - 1 : state;
}
