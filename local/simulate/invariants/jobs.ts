import { nameOfArn } from '../../../shared/events/arn.ts';
import type { Invariant } from '../scene.ts';

export const resumedOnce: Invariant = {
  name: 'resumed-once',
  says: 'an interruption starts one new task at most, and only of jobs that opted in and that nobody else looks after',
  watch(_scene, violated) {
    const started = new Map<string, Set<string>>();
    const interrupted = new Map<string, Set<string>>();
    return {
      told({ detail }) {
        if (detail.desiredStatus !== 'STOPPED') return;
        const family = familyOf(detail.taskDefinitionArn);
        if (!family.startsWith('job-')) return;
        const tasks = interrupted.get(family) ?? new Set();
        tasks.add(String(detail.taskArn));
        interrupted.set(family, tasks);
      },
      aws({ action, input, answer }) {
        if (action !== 'RunTask' || answer === undefined) return;
        const [task] = Array.isArray(answer.tasks) ? answer.tasks : [];
        if (task === undefined) return;
        const family = familyOf(input.taskDefinition);
        if (family !== 'job-a' && family !== 'job-b') violated(`${family} is started, which nobody asked for`);
        const tasks = started.get(family) ?? new Set();
        tasks.add(String(task.taskArn));
        started.set(family, tasks);
        const ends = interrupted.get(family)?.size ?? 0;
        if (tasks.size > ends) violated(`${family} is started ${tasks.size} times after ${ends} interruptions`);
      },
    };
  },
};

function familyOf(taskDefinition: unknown): string {
  return nameOfArn(String(taskDefinition)).split(':')[0] ?? '';
}

/** A job whose end is known is looked at within the report's time and a backoff. */
const followedMs = 240_000;

export const jobsFollowed: Invariant = {
  name: 'jobs-followed',
  says: 'a reclaimed job that opted in is started again, waits for capacity or a pause, or has ended with a reason',
  watch(scene, violated) {
    const stopped = new Map<string, string>();
    return {
      told({ detail }) {
        if (detail.lastStatus !== 'STOPPED') return;
        const family = familyOf(detail.taskDefinitionArn);
        if (family === 'job-a' || family === 'job-b') stopped.set(String(detail.taskArn), family);
      },
      async end() {
        for (const [taskArn, family] of stopped) {
          const work = (await scene.ledger.readWork(taskArn))?.work;
          const stop = work?.job?.stop;
          // Where every event got lost, the sweep finds it within an hour.
          if (stop === undefined || stop.kind !== 'spot') continue;
          const knownAtMs = Math.max(stop.atMs + scene.cast.switches.eventLagMs[1], scene.calmAtMs);
          if (scene.world.nowMs - knownAtMs < followedMs || scene.truth.pausesOfAll.at(-1)?.isPaused === true) continue;
          if (work?.job?.resume === undefined)
            violated(`${family}: ${nameOfArn(taskArn)} was reclaimed, and nothing came of it`);
        }
      },
    };
  },
};

const spotReason = 'Your Spot Task was interrupted.';

/** As far as the event tells it: one that names neither cause nor provider could be any stop. */
function isReclaim({
  desiredStatus,
  stopCode,
  stoppedReason,
  capacityProviderName,
}: Readonly<Record<string, unknown>>): boolean {
  if (desiredStatus !== 'STOPPED') return false;
  if (stopCode === undefined && stoppedReason === undefined) return capacityProviderName === 'FARGATE_SPOT';
  return (stopCode ?? 'SpotInterruption') === 'SpotInterruption' && (stoppedReason ?? spotReason) === spotReason;
}

export const reclaimIsNoSuccess: Invariant = {
  name: 'reclaim-is-no-success',
  says: 'a job that Spot has stopped is never booked as one that has ended by itself, whatever its container exits with',
  watch(scene, violated) {
    const reclaimed = new Map<string, string>();
    return {
      told({ detail }) {
        if (!isReclaim(detail)) return;
        const family = familyOf(detail.taskDefinitionArn);
        if (family === 'job-a' || family === 'job-b') reclaimed.set(String(detail.taskArn), family);
      },
      async end() {
        for (const [taskArn, family] of reclaimed) {
          const stop = (await scene.ledger.readWork(taskArn))?.work.job?.stop;
          if (stop?.kind === 'other')
            violated(`${family}: ${nameOfArn(taskArn)} was reclaimed and is booked as its own end`);
        }
      },
    };
  },
};
