import { isBridgeName } from '../../../shared/decisions/bridge-request.ts';
import { nameOfArn } from '../../../shared/events/arn.ts';
import type { AwsCall } from '../listener.ts';
import { actsAt, capOf, durationOf, fallbackAt, heldWithin, type Invariant, type Scene, writeOf } from '../scene.ts';
import { onDemandText, type TrueService } from '../truth.ts';
import { serviceNameOf } from './notices.ts';

/** From a decision's reads to its write. */
const decisionMs = 15_000;
const minute = 60_000;
/** vCPU of one task of this cast. */
const taskVcpu = 0.25;

/** A bridge's desired count is written by us. */
export interface BridgeWrite {
  readonly bridge: TrueService;
  readonly primary: TrueService;
  readonly from: number;
  readonly to: number;
  readonly atMs: number;
  readonly wasHit: boolean;
  readonly invocation: number;
}

/** @param heard is told before the truth has the new count. */
export function bridgeWrites(scene: Scene, heard: (write: BridgeWrite) => void) {
  return ({ service, action, input, error, invocation }: AwsCall) => {
    const write = writeOf(service, action, input);
    if (write === undefined || error !== undefined || !isBridgeName(write.target)) return;
    if (action !== 'CreateService' && action !== 'UpdateService') return;
    const bridge = scene.truth.byName(write.target);
    const primary = bridge === undefined ? undefined : scene.truth.byName(bridge.bridgeOf);
    if (bridge === undefined || primary === undefined || write.desiredCount === undefined) return;
    heard({
      bridge,
      primary,
      from: action === 'CreateService' ? 0 : bridge.desiredBefore,
      to: write.desiredCount,
      atMs: scene.world.nowMs,
      wasHit: invocation.faults.length > 0,
      invocation: invocation.id,
    });
  };
}

/** The most that the service wanted: a scaler's lower count is not believed, a person's is. */
function wantedMost({ cast, world, calmAtMs }: Scene, primary: TrueService): number {
  // Whether it is scaled is read every five minutes; while nobody knows, it is taken for scaled.
  const isScalingUnknown = world.nowMs < calmAtMs;
  if (cast.scaled.includes(primary.name) || isScalingUnknown) return primary.desiredMost;
  const sinceMs = world.nowMs - decisionMs - cast.switches.describeLagMs;
  return Math.max(
    primary.desired,
    ...primary.steps
      .filter(({ atMs }, index) => (primary.steps[index + 1]?.atMs ?? Infinity) >= sinceMs && atMs <= world.nowMs)
      .map(({ desired }) => desired),
  );
}

/** Steps of the service that held at any moment since then. */
function stepsSince({ world }: Scene, { steps }: TrueService, sinceMs: number) {
  const first = Math.max(
    0,
    steps.findLastIndex(({ atMs }) => atMs <= sinceMs),
  );
  return steps.slice(first).filter(({ atMs }) => atMs <= world.nowMs);
}

/** On-demand tasks above what is missing that its tag asks for. */
function hedgeOf(primary: TrueService, wanted: number): number {
  const hedge = primary.tags.at(-1)?.tags.get('ballast:hedge');
  return hedge === undefined ? 0 : capOf(hedge, wanted);
}

function floorOf(primary: TrueService): number {
  return Number(primary.tags.at(-1)?.tags.get('ballast:on-demand-floor') ?? 0);
}

export const bridgeWithinCap: Invariant = {
  name: 'bridge-within-cap',
  says: 'a bridge grows to max-bridge at most',
  watch: (scene, violated) => ({
    aws: bridgeWrites(scene, ({ bridge, primary, from, to, atMs }) => {
      if (to <= from) return;
      const wanted = wantedMost(scene, primary);
      const tags = primary.tags.filter(
        (_, index) =>
          (primary.tags[index + 1]?.atMs ?? Infinity) >= atMs - decisionMs - scene.cast.switches.describeLagMs,
      );
      const cap = Math.max(...tags.map((one) => capOf(one.tags.get('ballast:max-bridge'), wanted)));
      if (to > cap) violated(`${bridge.name} grows ${from} → ${to}, its cap is ${cap}`);
    }),
  }),
};

export const bridgeWithinBudget: Invariant = {
  name: 'bridge-within-budget',
  says: 'all bridges together hold no more vCPU than stackMaxBridgeVcpu, and never grow beyond it',
  watch: (scene, violated) => ({
    aws: bridgeWrites(scene, ({ bridge, from, to }) => {
      const limit = scene.stackPolicy.stackMaxBridgeVcpu;
      if (limit === undefined || to <= from) return;
      const held = [...scene.truth.services.values()]
        .filter(({ bridgeOf, name }) => bridgeOf !== undefined && name !== bridge.name)
        .reduce((sum, { desired }) => sum + desired, to);
      if (held * taskVcpu > limit)
        violated(`bridges hold ${held * taskVcpu} of ${limit} vCPU after ${bridge.name} ${from} → ${to}`);
    }),
  }),
};

export const noOvershoot: Invariant = {
  name: 'bridge-no-overshoot',
  says: 'a bridge grows to what the service lacks and its hedge at most, and only for tasks that Spot took or cannot place',
  watch(scene, violated) {
    const failedAtMs = new Map<string, number>();
    const startedAtMs = new Map<string, number>();
    return {
      told({ detail, resources }) {
        const { nowMs } = scene.world;
        if (detail.lastStatus === 'RUNNING' && detail.desiredStatus === 'RUNNING') {
          if (detail.capacityProviderName !== 'FARGATE') startedAtMs.set(serviceNameOf(detail), nowMs);
        }
        if (detail.eventName !== 'SERVICE_TASK_PLACEMENT_FAILURE') return;
        if (!String(detail.capacityProviderArns).includes('FARGATE_SPOT')) return;
        failedAtMs.set(nameOfArn(String(resources[0])), nowMs);
      },
      aws: bridgeWrites(scene, ({ bridge, primary, from, to, atMs }) => {
        if (to <= from || to <= floorOf(primary)) return;
        // Its tasks stop at once, and DescribeServices may still show it as it was.
        if (primary.deletedAtMs !== undefined) return;
        const seen = stepsSince(scene, primary, atMs - decisionMs - scene.cast.switches.describeLagMs);
        const wanted = wantedMost(scene, primary);
        const hedge = hedgeOf(primary, wanted);
        // A task that starts and is taken meanwhile is still pending where DescribeServices lags.
        const pending = scene.cast.switches.describeLagMs === 0 ? 0 : Math.max(...seen.map(({ starting }) => starting));
        // Reads are a moment apart: a task that one still shows as pending may be gone in the other.
        const lately = stepsSince(scene, primary, atMs - 3_000).map(({ starting }) => starting);
        const vanished = Math.max(...lately) - Math.min(...lately);
        const lacking = wanted - Math.min(...seen.map(({ running }) => running)) + Math.max(pending, vanished);
        if (to > lacking + hedge)
          violated(`${bridge.name} grows ${from} → ${to}, ${primary.name} lacks ${lacking} of ${wanted}`);
        // Spot cannot place, or seems not to: everything that is missing may be covered.
        const failed = failedAtMs.get(primary.name) ?? 0;
        const isFresh = failed > (startedAtMs.get(primary.name) ?? 0) || atMs - failed < knownMs;
        // Where events get lost, a start may be one of them.
        if (isFresh || (failed > 0 && scene.faults.seen.has('event dropped')) || isOverdue(scene, primary)) return;
        // What was taken with a lower count that is not shown yet is measured by the higher one.
        if (primary.loweredAtMs > atMs - decisionMs - scene.cast.switches.describeLagMs) return;
        // Measured by what was wanted before, a service may be short that is whole by its lower count.
        const isLatched = wanted > primary.desired;
        // Nobody tells of what replaced the reclaimed: it counts until a look finds the service whole.
        const areStartsUntold = scene.cast.switches.omitGroup || scene.faults.seen.has('event dropped');
        const lostMost = isLatched || areStartsUntold ? lossesOf(primary) : lostMostOf(primary);
        if (to > lostMost + hedge)
          violated(`${bridge.name} grows ${from} → ${to}, Spot took ${lostMost} and failed to place none`);
      }),
    };
  },
};

/** The most that Spot had taken of it at a moment. */
function lostMostOf({ steps }: TrueService): number {
  return Math.max(0, ...steps.map(({ lost }, index) => lost + takenWhileStarting(steps, index)));
}

/** Tasks that Spot has taken from it, all in all. */
function lossesOf({ steps }: TrueService): number {
  return steps.reduce(
    (sum, { lost }, index) =>
      sum + Math.max(0, lost - (steps[index - 1]?.lost ?? 0)) + takenWhileStarting(steps, index),
    0,
  );
}

/**
 * What was starting when it was taken, as in a release, was not missing yet and is told of all the same; where counts lag
 * it cannot be told apart.
 */
function takenWhileStarting(steps: TrueService['steps'], index: number): number {
  const [before, now] = [steps[index - 1], steps[index]];
  if (before === undefined || now === undefined || now.lost <= before.lost) return 0;
  return Math.max(0, before.starting - now.starting);
}

/** An event may come a minute late, be delayed for another by a fault, and be decided about after a redelivery. */
const knownMs = 240_000;

/** Fewer run than are desired, for `launch-grace`. */
function isOverdue(scene: Scene, primary: TrueService): boolean {
  const graceMs = durationOf(
    primary.tags.at(-1)?.tags.get('ballast:launch-grace'),
    scene.stackPolicy.defaults['launch-grace'],
  );
  const since = stepsSince(scene, primary, scene.world.nowMs - graceMs + 5_000);
  return since.every(({ desired, running }) => running < desired);
}

export const writeGap: Invariant = {
  name: 'bridge-write-gap',
  says: 'two writes of one bridge are ten seconds apart',
  watch(scene, violated) {
    const last = new Map<string, BridgeWrite>();
    return {
      aws: bridgeWrites(scene, (write) => {
        const { bridge, to, atMs, wasHit } = write;
        const before = last.get(bridge.name);
        last.set(bridge.name, write);
        // What is taken down goes at once; a call that hung, or was sent twice, says nothing about the plan.
        if (before === undefined || to === 0 || wasHit || before.wasHit) return;
        const gapMs = atMs - before.atMs;
        if (gapMs < 10_000 - scene.skewMs - ownCallsMs) violated(`${bridge.name} is written after ${gapMs} ms`);
      }),
    };
  },
};
/** From the plan to its write takes differently long. */
const ownCallsMs = 1_500;

export const fewTurns: Invariant = {
  name: 'bridge-turns',
  says: 'a bridge changes between growing and returning at most twice in ten minutes, unless people want less or no bridge at all, or the service is on demand itself',
  watch(scene, violated) {
    const turns = new Map<string, { direction: number; at: number[] }>();
    return {
      aws: bridgeWrites(scene, ({ bridge, primary, from, to, atMs }) => {
        const direction = Math.sign(to - from);
        if (direction === 0) return;
        const known = turns.get(bridge.name) ?? { direction, at: [] };
        turns.set(bridge.name, known);
        if (known.direction === direction) return;
        known.direction = direction;
        known.at.push(atMs);
        // A release that was shifted has brought all its tasks up on demand.
        if (to === 0 && primary.strategy === onDemandText) return;
        const recent = known.at.filter((turnAtMs) => atMs - turnAtMs < 10 * minute - scene.skewMs - decisionMs);
        const lowered = primary.loweredAtMs > atMs - 15 * minute || primary.desired === 0;
        const sinceMs = atMs - decisionMs - scene.cast.switches.describeLagMs;
        if (recent.length > 2 && !lowered && !hasWithdrawn(primary, sinceMs, atMs))
          violated(`${bridge.name} turns for the ${recent.length}. time in ten minutes`);
      }),
    };
  },
};

/** It has not asked for a bridge at some moment since then. */
function hasWithdrawn(primary: TrueService, sinceMs: number, atMs: number): boolean {
  const isBridged = (at: number) => actsAt(primary, at) && fallbackAt(primary, at) === 'bridge';
  return heldWithin(primary.tags, sinceMs, atMs, (at) => !isBridged(at));
}

export const returnSteps: Invariant = {
  name: 'return-steps',
  says: 'a bridge is given back by return-step at a time, unless its service is gone, wants nothing, has withdrawn or is on demand itself',
  watch: (scene, violated) => ({
    aws: bridgeWrites(scene, ({ bridge, primary, from, to, atMs }) => {
      if (to >= from || from - to <= Math.max(1, Math.floor(from / 4))) return;
      const sinceMs = atMs - decisionMs - scene.cast.switches.describeLagMs;
      if (primary.deletedAtMs !== undefined) return;
      // A release that was shifted has brought all its tasks up on demand: Spot can take none of them.
      if (to === 0 && primary.strategy === onDemandText) return;
      const wantsNothing = stepsSince(scene, primary, sinceMs).some(({ desired }) => desired === 0);
      if (!wantsNothing && !hasWithdrawn(primary, sinceMs, atMs))
        violated(`${bridge.name} is given back ${from} → ${to} in one step`);
    }),
  }),
};

export const oneBridge: Invariant = {
  name: 'one-bridge',
  says: 'a service has one bridge at a time',
  watch: (scene, violated) => ({
    aws: bridgeWrites(scene, ({ primary }) => {
      const standing = scene.truth.bridgesOf(primary).filter(({ deletedAtMs }) => deletedAtMs === undefined);
      if (standing.length > 1) violated(`${primary.name} has ${standing.map(({ name }) => name).join(', ')}`);
    }),
  }),
};
