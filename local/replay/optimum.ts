import { createDrawLaunch, type DrawLaunch } from './launch-times.ts';
import { type Figures, figuresOf, type Sample } from './meter.ts';
import type { Provider } from './model.ts';
import { billedMsMin, costOf } from './rates.ts';
import type { Run } from './run.ts';
import { type ReplaySettings, replayStartMs } from './settings.ts';
import type { Trace } from './trace.ts';

/**
 * The least that a whole service costs to who knows the trace and every launch time in advance: Spot tasks are launched
 * the moment that there is room, on-demand ones so that they are healthy exactly when Spot is gone, and each is told to
 * stop exactly when it is not needed any more. Spot that does not pay for its launch is left alone.
 *
 * The n-th task of the service may be on Spot while capacity is n or more. Tasks are alike and cost the same, so the
 * best for all of them is the best for each: a shortest path through its Spot windows.
 */
export function optimum(trace: Trace, settings: ReplaySettings): Run {
  const { tasks, stopTimeoutMs } = settings;
  const drawLaunch = createDrawLaunch(settings);
  const stays: Stay[] = [];
  for (let slot = 1; slot <= tasks; slot += 1) {
    stays.push(...cheapestStays(windowsOf(trace, slot, drawLaunch), trace.lengthMs, stopTimeoutMs));
  }
  return { figures: figuresOfStays(stays, trace, tasks), samples: samplesOf(stays) };
}

/** Room for the n-th Spot task. Moments in milliseconds since the trace began. */
export interface SpotWindow {
  readonly fromMs: number;
  readonly untilMs: number;
  /** From the launch of its task until that is healthy; 0 for one that ran when the trace began. */
  readonly launchMs: number;
  /** The same for an on-demand task that takes over at its end. */
  readonly nextLaunchMs: number;
}

/** A task in the n-th place: when it serves, and how much of it is billed. */
interface Stay {
  readonly provider: Provider;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly billedMs: number;
  /** false: it ran when the trace began. */
  readonly launched: boolean;
}

/** The cheapest way to be covered up to the end of a Spot task. */
interface Path {
  readonly stay: Stay;
  readonly cost: number;
  readonly nextLaunchMs: number;
  readonly before: Path | undefined;
}

function windowsOf({ segments, lengthMs }: Trace, slot: number, drawLaunch: DrawLaunch): SpotWindow[] {
  const windows: SpotWindow[] = [];
  let open: Pick<SpotWindow, 'fromMs' | 'launchMs'> | undefined;
  segments.forEach(({ atMs, capacity }, index) => {
    // Who comes n-th to a change draws its n-th launch time, as under every policy.
    const before = segments[index - 1]?.capacity ?? 0;
    if (open === undefined && capacity >= slot) {
      open = { fromMs: atMs, launchMs: index === 0 ? 0 : drawLaunch('spot', index, slot - before - 1) };
    } else if (open !== undefined && capacity < slot) {
      windows.push({ ...open, untilMs: atMs, nextLaunchMs: drawLaunch('onDemand', index, slot - capacity - 1) });
      open = undefined;
    }
  });
  if (open !== undefined) windows.push({ ...open, untilMs: lengthMs, nextLaunchMs: 0 });
  return windows;
}

function cheapestStays(windows: readonly SpotWindow[], lengthMs: number, stopTimeoutMs: number): Stay[] {
  const nothing: Stay = { provider: 'onDemand', fromMs: 0, untilMs: 0, billedMs: 0, launched: false };
  const start: Path = { stay: nothing, cost: 0, nextLaunchMs: 0, before: undefined };
  const paths = [start];

  /** Billed for serving on demand from the end of a path's Spot task until then. */
  const bridgedMs = ({ stay, nextLaunchMs }: Path, untilMs: number): number => {
    if (stay.untilMs >= untilMs) return 0;
    const endMs = Math.min(lengthMs, untilMs + stopTimeoutMs);
    return billed(endMs - stay.untilMs + nextLaunchMs, endMs < lengthMs);
  };

  for (const { fromMs, untilMs, launchMs, nextLaunchMs } of windows) {
    // Its notice would come before it is healthy.
    if (fromMs + launchMs >= untilMs) continue;
    const endMs = Math.min(lengthMs, untilMs + stopTimeoutMs);
    let best: Path | undefined;
    for (const before of paths) {
      // While the one before still serves under its notice, a launch can wait: until just before its own.
      const healthyAtMs = Math.max(fromMs + launchMs, Math.min(before.stay.untilMs, untilMs - 1));
      const billedMs = billed(endMs - healthyAtMs + launchMs, endMs < lengthMs);
      const cost = before.cost + bridgedMs(before, healthyAtMs) + billedMs * costOf.spot;
      if (best !== undefined && cost >= best.cost) continue;
      const launched = fromMs > 0;
      best = {
        cost,
        nextLaunchMs,
        before,
        stay: { provider: 'spot', fromMs: healthyAtMs, untilMs: endMs, billedMs, launched },
      };
    }
    if (best !== undefined) paths.push(best);
  }

  const whole = (path: Path): number => path.cost + bridgedMs(path, lengthMs);
  const stays: Stay[] = [];
  let neededUntilMs = lengthMs;
  let path: Path | undefined = paths.reduce((least, one) => (whole(one) < whole(least) ? one : least), start);
  for (; path !== undefined; path = path.before) {
    const { untilMs: fromMs } = path.stay;
    const billedMs = bridgedMs(path, neededUntilMs);
    const launched = path !== start;
    if (billedMs > 0) stays.push({ provider: 'onDemand', fromMs, untilMs: neededUntilMs, billedMs, launched });
    if (launched) stays.push(path.stay);
    neededUntilMs = path.stay.fromMs;
  }
  return stays;
}

/** Who still runs when the trace ends is billed for what it had until then. */
function billed(ms: number, ended: boolean): number {
  return ended ? Math.max(billedMsMin, ms) : ms;
}

function figuresOfStays(stays: readonly Stay[], { lengthMs }: Trace, wanted: number): Figures {
  const sum = (provider: Provider, of: (stay: Stay) => number) =>
    stays.filter((stay) => stay.provider === provider).reduce((total, stay) => total + of(stay), 0);
  const both = (of: (stay: Stay) => number) => ({ spot: sum('spot', of), onDemand: sum('onDemand', of) });
  const served = both(({ fromMs, untilMs }) => untilMs - fromMs);
  return figuresOf({
    wanted,
    lengthMs,
    deliveredMs: wanted * lengthMs,
    belowMs: 0,
    surplusMs: served.spot + served.onDemand - wanted * lengthMs,
    billedMs: both(({ billedMs }) => billedMs),
    launches: both(({ launched }) => Number(launched)),
    forcedDeployments: 0,
  });
}

function samplesOf(stays: readonly Stay[]): Sample[] {
  const changes = stays
    .flatMap(({ provider, fromMs, untilMs }) => [
      { atMs: fromMs, provider, by: 1 },
      { atMs: untilMs, provider, by: -1 },
    ])
    .sort((left, right) => left.atMs - right.atMs);
  const serving = { spot: 0, onDemand: 0 };
  const samples: Sample[] = [];
  for (const { atMs, provider, by } of changes) {
    serving[provider] += by;
    const sample = { atMs: replayStartMs + atMs, ...serving };
    if (samples.at(-1)?.atMs === sample.atMs) samples[samples.length - 1] = sample;
    else samples.push(sample);
  }
  return samples;
}
