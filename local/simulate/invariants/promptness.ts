import { isBridgeName } from '../../../shared/decisions/bridge-request.ts';
import { nameOfArn } from '../../../shared/events/arn.ts';
import { type FaultKind, faultKinds } from '../faults.ts';
import { actsAt, capOf, fallbackAt, type Invariant, isPausedAt, type Scene, tagAt, writeOf } from '../scene.ts';
import { onDemandText, type TrueService } from '../truth.ts';
import { isKnown, serviceNameOf } from './notices.ts';
import { primaryOf } from './writes.ts';

/**
 * From the notice in its queue to the write of the bridge: the bucket (0.5 s) and the queue's delay (1 s), three seconds
 * for the rest of a reclaim and the wake after them (1 s, and 1 s of delay again), and twice a sensor's, a poll's and a
 * decision's own calls (each under 2 s).
 */
const soonMs = 15_000;
/** From a Spot stop until counts show its replacement as pending, however late they are, and the look after that. */
const shownMs = 55_000;
/** A write of the bridge that may still have to be waited for: the gap, or until ECS shows it. */
const writtenMs = 25_000;
/** What was put off to its share of the API rate comes within so long. */
const putOffMs = 130_000;
/** What a fault has left may keep a message invisible, or a fence closed, for so long. */
const faultMs = 40_000;

/** They neither hold a message up nor keep a fact away. */
const harmless: readonly FaultKind[] = [
  'event duplicated',
  'event overtaken',
  'event delayed',
  'event dropped',
  'message delivered twice',
  'poison message',
  'bus refuses events',
  'gauges refused',
  'hook fails',
  'clocks differ',
];
const harmful = faultKinds.filter((kind) => !harmless.includes(kind));
/** Holds that the documentation names. */
const holds =
  /^(on_demand_shortage|budget_exhausted|bridge_refused|rate_limited|policy_invalid|paused|bridge_ineligible)/;

export const bridgeComesSoon: Invariant = {
  name: 'bridge-comes-soon',
  says: 'fifteen seconds after a notice is in its queue the bridge covers the reclaimed tasks told by then, where nothing failed on the way',
  watch(scene, violated) {
    const { world, truth, faults } = scene;
    /** By service: when a notice of a task came, and which task. */
    const noticed = new Map<string, Map<string, number>>();
    /** By service: the last time that something explained a delay. */
    const excusedAtMs = new Map<string, number>();
    const writtenAtMs = new Map<string, number>();
    let faultsSeen = 0;
    let faultAtMs = Number.NEGATIVE_INFINITY;
    const lookForFaults = (): void => {
      let count = 0;
      for (const kind of harmful) count += faults.seen.get(kind) ?? 0;
      if (count > faultsSeen) faultAtMs = world.nowMs;
      faultsSeen = count;
    };

    const check = (primary: TrueService, taskArn: string, cameAtMs: number, comingUp: number): void => {
      lookForFaults();
      const { nowMs } = world;
      if (faultAtMs > cameAtMs - faultMs || (excusedAtMs.get(primary.arn) ?? 0) > cameAtMs - putOffMs) return;
      if (!isBridgedSince(scene, primary, cameAtMs)) return;
      const steps = stepsBetween(primary, cameAtMs, nowMs);
      const lacking = Math.min(...steps.map(({ desired, running }) => desired - running));
      const wholeAtMs =
        primary.steps.findLast((step) => step.atMs <= cameAtMs && step.running >= step.desired)?.atMs ?? 0;
      const told = [...(noticed.get(primary.name) ?? [])].filter(([, atMs]) => atMs >= wholeAtMs && atMs <= cameAtMs);
      const lost = Math.min(...steps.map((step) => step.lost));
      const reclaimed = Math.min(lacking, told.length, lost) - comingUp - surplusOf(scene, steps);
      const due = Math.min(reclaimed, capOf(tagAt(primary, 'max-bridge', nowMs), primary.desired));
      const has = truth.bridgesOf(primary).reduce((sum, { desired }) => sum + desired, 0);
      if (has >= due) return;
      // A decision that was under way has written the bridge for those told before: the next may write after the gap.
      const lastWriteMs = writtenAtMs.get(primary.name) ?? 0;
      if (lastWriteMs >= cameAtMs && nowMs < lastWriteMs + writtenMs)
        world.after(lastWriteMs + writtenMs - nowMs, () => check(primary, taskArn, cameAtMs, comingUp));
      else
        violated(
          `the notice of ${nameOfArn(taskArn)} of ${primary.name} came ${(nowMs - cameAtMs) / 1_000} s ago; ${told.length} are told of, ${lacking} tasks are missing, its bridge has ${has}`,
        );
    };

    return {
      queued(functionName, { detail }) {
        lookForFaults();
        if (functionName !== 'on-spot-notice') return;
        const primary = truth.byName(serviceNameOf(detail));
        if (primary === undefined || isBridgeName(primary.name)) return;
        const taskArn = String(detail.taskArn);
        const known = noticed.get(primary.name) ?? new Map<string, number>();
        noticed.set(primary.name, known);
        if (known.has(taskArn)) return;
        const { nowMs } = world;
        known.set(taskArn, nowMs);
        if (!isKnown(scene, primary.name) || (writtenAtMs.get(primary.name) ?? 0) > nowMs - writtenMs) return;
        const stoppedAtMs = Date.parse(String(detail.stoppingAt));
        const comingUp = comingUpBefore(scene, primary, stoppedAtMs);
        const dueAtMs = Math.max(nowMs + soonMs, areCountsLate(scene, nowMs - stoppedAtMs) ? stoppedAtMs + shownMs : 0);
        world.after(dueAtMs + scene.skewMs - nowMs, () => check(primary, taskArn, nowMs, comingUp));
      },
      aws({ service, action, input, error }) {
        lookForFaults();
        const write = writeOf(service, action, input);
        if (write === undefined || !isBridgeName(write.target)) return;
        // A bridge that AWS refuses to make does not exist: only the request says whose it is.
        const primary =
          action === 'CreateService' ? primaryOf(scene, input) : truth.byName(truth.byName(write.target)?.bridgeOf);
        if (primary === undefined) return;
        writtenAtMs.set(primary.name, world.nowMs);
        if (error !== undefined) excusedAtMs.set(primary.arn, world.nowMs);
      },
      ended: lookForFaults,
      decided({ serviceArn, reason }) {
        if (holds.test(reason)) excusedAtMs.set(serviceArn, world.nowMs);
      },
      postponed(serviceArn, _why, error) {
        if (error !== undefined) faultAtMs = world.nowMs;
        excusedAtMs.set(serviceArn, world.nowMs);
      },
    };
  },
};

/**
 * Tasks that were starting when the task was taken, or were missing and are started with its replacement. Where counts lag,
 * or leave PROVISIONING out, they cannot be told from those that run, and are covered when the counts show them.
 */
function comingUpBefore({ cast }: Scene, { steps }: TrueService, stoppedAtMs: number): number {
  if (!hasLateCounts(cast)) return 0;
  const before = steps.findLast(({ atMs }) => atMs < stoppedAtMs);
  return before === undefined ? 0 : Math.max(before.starting, before.desired - before.running);
}

/** Where counts lag, what a release of a moment ago has started is taken for tasks that run. */
function surplusOf({ cast }: Scene, steps: TrueService['steps']): number {
  if (!hasLateCounts(cast)) return 0;
  return Math.max(0, ...steps.map(({ desired, running, starting }) => running + starting - desired));
}

function hasLateCounts({ switches }: Scene['cast']): boolean {
  return switches.describeLagMs > 0 || !switches.pendingCountIncludesProvisioning;
}

/** A notice so old says nothing more of what its replacement can be by now: the counts have to show it. */
function areCountsLate({ cast }: Scene, ageMs: number): boolean {
  return ageMs > 10_000 && hasLateCounts(cast);
}

/** Ours to bridge, and left alone by people, from before the notice until now. */
function isBridgedSince({ truth, world }: Scene, primary: TrueService, sinceMs: number): boolean {
  const { nowMs } = world;
  const fromMs = sinceMs - 60_000;
  if (primary.deletedAtMs !== undefined || primary.desired === 0) return false;
  if (!actsAt(primary, nowMs) || fallbackAt(primary, nowMs) !== 'bridge') return false;
  if ((primary.tags.at(-1)?.atMs ?? 0) > fromMs) return false;
  // A release that Spot had no room for: all of it is being launched on demand.
  if (primary.strategy === onDemandText) return false;
  const pauses = [...primary.pauses, ...truth.pausesOfAll];
  if (pauses.some(({ atMs }) => atMs > fromMs) || isPausedAt(primary, truth.pausesOfAll, nowMs)) return false;
  return stepsBetween(primary, fromMs, nowMs).every(({ desired }) => desired === primary.desired);
}

/** Every step that held at a moment of the stretch. */
function stepsBetween({ steps }: TrueService, fromMs: number, toMs: number) {
  const first = Math.max(
    0,
    steps.findLastIndex(({ atMs }) => atMs <= fromMs),
  );
  return steps.slice(first).filter(({ atMs }) => atMs <= toMs);
}
