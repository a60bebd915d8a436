import { nameOfArn } from '../../../shared/events/arn.ts';
import type { TaskRecord } from '../../../shared/ports/ledger.ts';
import type { Invocation } from '../invocation.ts';
import { heldWithin, type Invariant, type Scene, tagAt } from '../scene.ts';
import { stormStartMs } from '../stage.ts';

interface Notice {
  readonly taskArn: string;
  readonly service: string;
  readonly arrivedAtMs: number;
  readonly dueAtMs: number;
  recordedAtMs?: number;
  isAnswered: boolean;
}

/** An enrolment is found within a pass and known to every cache a minute later; some passes in a row may fail. */
const knownAfterMs = 240_000;
const knownAtLastMs = 480_000;
const cachedMs = 65_000;
const noticeMs = 120_000;
/** Three receives of the sensor and as many of the decision fit, and a look that was put off. */
const answerMs = 100_000;

/** The container of this cast's tasks has the service's name: a group may be left out. */
export function serviceNameOf(detail: Readonly<Record<string, unknown>>): string {
  const [container] = Array.isArray(detail.containers) ? detail.containers : [];
  return String(container?.name);
}

export const noticeAnswered: Invariant = {
  name: 'notice-answered',
  says: 'every notice of an enrolled service is decided about, or dead-lettered, within its two minutes',
  watch(scene, violated) {
    const { world, truth } = scene;
    const notices = new Map<string, Notice>();
    const readBy = new Map<Invocation, Set<string>>();

    const check = (notice: Notice): void => {
      const isDead = [scene.region.queues['on-spot-notice'], scene.region.queues.decide].some(({ deadLetters }) =>
        deadLetters.some(({ isPoison }) => !isPoison),
      );
      if (notice.isAnswered || isDead) return;
      const recorded =
        notice.recordedAtMs === undefined
          ? 'never recorded'
          : `recorded ${(notice.recordedAtMs - notice.arrivedAtMs) / 1_000} s later`;
      violated(
        `the notice of ${nameOfArn(notice.taskArn)} of ${notice.service} arrived ${(world.nowMs - notice.arrivedAtMs) / 1_000} s ago, was ${recorded}, and nobody has decided about it`,
      );
    };

    return {
      queued(functionName, { detail }) {
        if (functionName !== 'on-spot-notice') return;
        const taskArn = String(detail.taskArn);
        const service = truth.byName(serviceNameOf(detail));
        if (service === undefined || notices.has(taskArn) || !isKnown(scene, service.name)) return;
        const { nowMs } = world;
        const dueAtMs = Math.max(Date.parse(String(detail.stoppingAt)) + noticeMs, nowMs + answerMs) + scene.skewMs;
        const notice = { taskArn, service: service.name, arrivedAtMs: nowMs, dueAtMs, isAnswered: false };
        notices.set(taskArn, notice);
        world.after(dueAtMs - nowMs, () => check(notice));
      },
      ledger(invocation, method, given) {
        if (method === 'recordTask') {
          const record = given[0] as TaskRecord;
          const notice = notices.get(record.taskArn);
          if (notice !== undefined && record.spotStopAtMs !== undefined) notice.recordedAtMs ??= world.nowMs;
        }
        if (method === 'readService') {
          const read = readBy.get(invocation) ?? new Set();
          for (const notice of notices.values()) {
            if (
              !notice.isAnswered &&
              notice.recordedAtMs !== undefined &&
              given[0] === truth.byName(notice.service)?.arn
            )
              read.add(notice.taskArn);
          }
          readBy.set(invocation, read);
        }
      },
      ended(invocation, _messages, failed, crashed) {
        const read = readBy.get(invocation);
        readBy.delete(invocation);
        if (read === undefined || crashed || failed.size > 0) return;
        for (const taskArn of read) {
          const notice = notices.get(taskArn);
          if (notice !== undefined) notice.isAnswered = true;
        }
      },
    };
  },
};

/** Tagged for long enough that everybody has heard of it, and there. */
export function isKnown({ truth, world }: Scene, name: string): boolean {
  const service = truth.byName(name);
  if (service === undefined || service.deletedAtMs !== undefined) return false;
  const isEnrolled = world.nowMs - (service.enrolledAtMs ?? Infinity) >= cachedMs;
  const sinceMs = world.nowMs - (isEnrolled ? knownAfterMs : knownAtLastMs);
  // Services may have been up before Ballast came.
  if (Math.max(service.createdAtMs, stormStartMs) > sinceMs) return false;
  return !heldWithin(service.tags, sinceMs, world.nowMs, (atMs) => tagAt(service, 'managed', atMs) !== 'true');
}

export const capacityFirst: Invariant = {
  name: 'capacity-first',
  says: 'a checkpoint hook or a bus that fails never keeps a notice from being recorded and asked about',
  watch(scene, violated) {
    const recorded = new Map<Invocation, Set<string>>();
    return {
      ledger(invocation, method, given) {
        if (method !== 'recordTask') return;
        const tasks = recorded.get(invocation) ?? new Set();
        tasks.add((given[0] as TaskRecord).taskArn);
        recorded.set(invocation, tasks);
      },
      ended(invocation, messages, _failed, crashed) {
        const tasks = recorded.get(invocation) ?? new Set();
        recorded.delete(invocation);
        if (invocation.functionName !== 'on-spot-notice' || crashed) return;
        if (!invocation.faults.includes('bus refuses events')) return;
        if (invocation.faults.some((fault) => fault !== 'bus refuses events')) return;
        for (const { body, isPoison } of messages) {
          if (isPoison) continue;
          const { detail } = body as { readonly detail: Readonly<Record<string, unknown>> };
          const name = serviceNameOf(detail);
          if (isKnown(scene, name) && !tasks.has(String(detail.taskArn))) {
            violated(
              `the bus failed and the notice of ${nameOfArn(String(detail.taskArn))} of ${name} was not recorded`,
            );
          }
        }
      },
    };
  },
};

export const checkpointOnce: Invariant = {
  name: 'checkpoint-once',
  says: 'a checkpoint is asked for once per claim: again only after the claim of a function that failed has lapsed',
  watch(scene, violated) {
    const asked = new Map<string, number>();
    return {
      published(detailType, { checkpointId }) {
        if (detailType !== 'Checkpoint Requested') return;
        const id = String(checkpointId);
        const before = asked.get(id);
        asked.set(id, scene.world.nowMs);
        const gapMs = scene.world.nowMs - (before ?? Number.NEGATIVE_INFINITY);
        if (gapMs < claimMs - scene.skewMs - callMs) violated(`${id} is asked for again after ${gapMs} ms`);
      },
    };
  },
};
const claimMs = 10_000;
/** From the claim to the request: a ledger write whose first answer got lost, and the bus. */
const callMs = 4_000;
