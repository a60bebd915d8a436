import type { Reason } from '../../shared/decisions/plan.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Enrolment } from '../../shared/ports/ledger.ts';
import { createMemoryLedger } from '../memory-ledger.ts';
import type { RuleSet } from '../rules.ts';
import { drawActs, setPause } from './acts.ts';
import { drawCast } from './cast.ts';
import { clockOf } from './clock-of.ts';
import { createClockwork } from './clockwork.ts';
import { createFaults, type FaultKind } from './faults.ts';
import { invariants as allInvariants } from './invariants.ts';
import type { Listener } from './listener.ts';
import type { PlantedBug } from './planted-bug.ts';
import { createRegion } from './region.ts';
import type { Invariant, Observer, Scene } from './scene.ts';
import { openWorld, setStage, stormStartMs } from './stage.ts';
import { drawStory } from './stories.ts';
import { traceOf } from './trace.ts';

const minute = 60_000;
const calmAfterMs = 14 * minute;
/** When what a fault did has to be made good: launch-grace and three passes after the last of them. */
const settledAfterMs = 24 * minute;
const stormMs = 30 * minute;

export interface Violation {
  readonly invariant: string;
  readonly seed: number;
  /** Since the storm began. */
  readonly atMs: number;
  readonly seen: string;
}

export interface StormResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly reasons: ReadonlyMap<Reason, number>;
  readonly switches: Readonly<Record<string, unknown>>;
  readonly acts: readonly string[];
  readonly portCalls: number;
}

export interface StormOptions {
  readonly rules: RuleSet;
  readonly stackPolicy: StackPolicy;
  readonly invariants?: readonly Invariant[];
  readonly bug?: PlantedBug | undefined;
  /** Told line by line what happens. */
  readonly trace?: ((line: string) => void) | undefined;
}

/** One storm from its seed: the same seed is the same storm, to the last call. */
export async function runStorm(seed: number, options: StormOptions): Promise<StormResult> {
  const { rules, bug, trace, invariants = allInvariants } = options;
  const story = drawStory(seed);
  const cast = drawCast(seed, story.changes);
  const stackPolicy: StackPolicy = { ...options.stackPolicy, ...cast.stack };
  const calmAtMs = stormStartMs + calmAfterMs;
  const world = openWorld(seed, cast);
  const clockwork = createClockwork(world);
  const faults = createFaults(seed, calmAtMs);
  const callerSkew = { ms: 0 };
  const honest = createMemoryLedger({ nowMs: () => clockwork.nowMs + callerSkew.ms });
  const ledger = bug?.ledger?.(honest) ?? honest;
  const stage = setStage(world, cast, honest);
  const observers: Observer[] = [];
  const reasons = new Map<Reason, number>();
  const counting: Listener = {
    aws({ action, input, error }) {
      if (error === undefined) stage.truth.written(action, input, false);
    },
    ledger(_invocation, method, [enrolment]) {
      if (method !== 'enrol') return;
      const service = stage.truth.byName((enrolment as Enrolment).arn);
      if (service !== undefined) service.enrolledAtMs ??= world.nowMs;
    },
    decided({ reason }) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    },
  };
  const violations: Violation[] = [];
  const scene: Omit<Scene, 'region'> & { region?: Scene['region'] } = {
    ...stage,
    cast,
    faults,
    stackPolicy,
    calmAtMs,
    skewMs: 2 * faults.skewMostMs,
  };
  const whole = scene as Scene;
  const listeners: Listener[] = [counting];
  if (trace !== undefined) listeners.push(traceOf(whole, trace));
  for (const invariant of invariants) {
    const known = new Set<string>();
    const observer = invariant.watch(whole, (seen) => {
      // The same again is no news.
      if (known.size >= violationsMost || known.has(seen)) return;
      known.add(seen);
      const violation = { invariant: invariant.name, seed, atMs: world.nowMs - stormStartMs, seen };
      violations.push(violation);
      trace?.(`${clockOf(violation.atMs)} !!! ${invariant.name}: ${seen}`);
    });
    observers.push(observer);
    listeners.push(observer);
  }
  const { denied } = stage;
  const region = createRegion({
    world,
    clockwork,
    faults,
    denied,
    rules,
    stackPolicy,
    ledger,
    callerSkew,
    listeners,
    bug,
  });
  scene.region = region;
  const tellers = observers.flatMap(({ told }) => told ?? []);
  world.onEvent((event) => {
    for (const told of tellers) told(event);
  });
  for (const { setup, isPaused } of cast.roles) if (isPaused === true) await setPause(stage, setup.name, true);

  const acts = [...drawActs(seed, cast, calmAfterMs), ...story.acts].sort((a, b) => a.atMs - b.atMs);
  for (const act of acts) {
    await clockwork.runUntil(stormStartMs + act.atMs);
    trace?.(`${clockOf(act.atMs)} --- ${act.title}`);
    await act.run(stage);
  }
  await clockwork.runUntil(stormStartMs + settledAfterMs);
  for (const { settled } of observers) await settled?.();
  await clockwork.runUntil(stormStartMs + stormMs);
  for (const { end } of observers) await end?.();
  return {
    seed,
    violations,
    faults: faults.seen,
    reasons,
    switches: { ...cast.switches },
    acts: acts.map(({ title }) => title),
    portCalls: region.portCalls,
  };
}

/** Of one invariant in one storm. */
const violationsMost = 3;
