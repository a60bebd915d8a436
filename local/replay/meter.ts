import type { Provider, TaskModel } from './model.ts';
import { billedMsMin, costOf } from './rates.ts';

/** What a service got from a policy over a whole trace, and what that cost. */
export interface Figures {
  readonly wantedTaskSeconds: number;
  /** Wanted and healthy. */
  readonly deliveredTaskSeconds: number;
  /** Delivered of wanted, 0 to 1. */
  readonly availability: number;
  /** How long fewer served than were wanted, however many. */
  readonly belowDesiredSeconds: number;
  /** Healthy above what was wanted. */
  readonly surplusTaskSeconds: number;
  readonly billedTaskSeconds: Readonly<Record<Provider, number>>;
  /** Of what the same tasks cost on demand all along. */
  readonly cost: number;
  /** Tasks started since the trace began. */
  readonly launches: Readonly<Record<Provider, number>>;
  readonly launchesPerTaskDay: number;
  readonly forcedDeployments: number;
}

/** Healthy tasks of the service and its companion from a moment on. */
export interface Sample {
  readonly atMs: number;
  readonly spot: number;
  readonly onDemand: number;
}

export interface Meter {
  /** The task serves from now on, or does not any more. */
  serves(task: TaskModel, by: 1 | -1): void;
  launched(provider: Provider): void;
  gone(task: TaskModel, atMs: number): void;
  forced(): void;
  /** Every change, one sample a moment. */
  readonly samples: readonly Sample[];
  /** @param left tasks that are not gone at the end. */
  finish(endMs: number, left: Iterable<TaskModel>): Figures;
}

/** Exact integrals over time, from the first moment on. */
export function createMeter(wanted: number, startMs: number, nowMs: () => number): Meter {
  const serving: Record<Provider, number> = { spot: 0, onDemand: 0 };
  const billedMs: Record<Provider, number> = { spot: 0, onDemand: 0 };
  const launches: Record<Provider, number> = { spot: 0, onDemand: 0 };
  const samples: Sample[] = [];
  let [deliveredMs, belowMs, surplusMs, forcedDeployments] = [0, 0, 0, 0];
  let lastMs = startMs;

  const integrate = (untilMs: number): void => {
    const elapsedMs = untilMs - lastMs;
    const count = serving.spot + serving.onDemand;
    deliveredMs += Math.min(wanted, count) * elapsedMs;
    surplusMs += Math.max(0, count - wanted) * elapsedMs;
    if (count < wanted) belowMs += elapsedMs;
    lastMs = untilMs;
  };

  return {
    samples,
    serves({ provider }, by) {
      integrate(nowMs());
      serving[provider] += by;
      const sample = { atMs: nowMs(), ...serving };
      if (samples.at(-1)?.atMs === sample.atMs) samples[samples.length - 1] = sample;
      else samples.push(sample);
    },
    launched(provider) {
      launches[provider] += 1;
    },
    gone({ provider, launchedAtMs }, atMs) {
      billedMs[provider] += Math.max(billedMsMin, atMs - launchedAtMs);
    },
    forced() {
      forcedDeployments += 1;
    },
    finish(endMs, left) {
      integrate(endMs);
      for (const { provider, launchedAtMs } of left) billedMs[provider] += endMs - launchedAtMs;
      return figuresOf({
        wanted,
        lengthMs: endMs - startMs,
        deliveredMs,
        belowMs,
        surplusMs,
        billedMs,
        launches,
        forcedDeployments,
      });
    },
  };
}

/** Milliseconds as they were counted, as figures. */
export function figuresOf(counted: {
  readonly wanted: number;
  readonly lengthMs: number;
  readonly deliveredMs: number;
  readonly belowMs: number;
  readonly surplusMs: number;
  readonly billedMs: Readonly<Record<Provider, number>>;
  readonly launches: Readonly<Record<Provider, number>>;
  readonly forcedDeployments: number;
}): Figures {
  const { wanted, lengthMs, deliveredMs, billedMs, launches } = counted;
  const wantedMs = wanted * lengthMs;
  return {
    wantedTaskSeconds: wantedMs / 1_000,
    deliveredTaskSeconds: deliveredMs / 1_000,
    availability: deliveredMs / wantedMs,
    belowDesiredSeconds: counted.belowMs / 1_000,
    surplusTaskSeconds: counted.surplusMs / 1_000,
    billedTaskSeconds: { spot: billedMs.spot / 1_000, onDemand: billedMs.onDemand / 1_000 },
    cost: (billedMs.spot * costOf.spot + billedMs.onDemand * costOf.onDemand) / wantedMs,
    launches: { ...launches },
    launchesPerTaskDay: (launches.spot + launches.onDemand) / (wantedMs / 86_400_000),
    forcedDeployments: counted.forcedDeployments,
  };
}
