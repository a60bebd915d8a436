import { nameOfArn } from '../../../shared/events/arn.ts';
import type { ServiceSignal } from '../../../shared/events/facts.ts';
import type { TaskRecord } from '../../../shared/ports/ledger.ts';
import type { Invariant } from '../scene.ts';
import { isKnown } from './notices.ts';

/** AWS's envelope times are whole seconds. */
const wholeSecondMs = 1_000;

export const factsAsTold: Invariant = {
  name: 'facts-as-told',
  says: 'a signal or a Spot stop is kept with the moment that AWS told, whenever and however often it arrives',
  watch(_scene, violated) {
    /** Texts: few of them are ever compared. */
    const toldAt = new Map<string, string>();
    const stopAt = new Map<string, string>();
    const ms = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));
    return {
      told({ id, time, detail }) {
        toldAt.set(id, time);
        if (detail.stoppingAt !== undefined) stopAt.set(String(detail.taskArn), String(detail.stoppingAt));
      },
      ledger(_invocation, method, given) {
        if (method === 'recordSignal') {
          const { eventId, eventName, atMs } = given[0] as ServiceSignal;
          const told = ms(toldAt.get(eventId));
          if (told !== undefined && Math.abs(atMs - told) >= wholeSecondMs)
            violated(`${eventName} ${eventId} is kept as of ${(atMs - told) / 1_000} s later than it was`);
        }
        if (method === 'recordTask') {
          const { taskArn, spotStopAtMs } = given[0] as TaskRecord;
          const told = ms(stopAt.get(taskArn));
          if (told !== undefined && spotStopAtMs !== undefined && Math.abs(spotStopAtMs - told) >= wholeSecondMs)
            violated(`the Spot stop of ${taskArn} is kept as of ${(spotStopAtMs - told) / 1_000} s later than it was`);
        }
      },
    };
  },
};

/** Five receives of three minutes, and their calls. */
const recordedMs = 960_000;

export const failureRecorded: Invariant = {
  name: 'failure-recorded',
  says: 'a placement failure of an enrolled service is in the ledger after the receives of its message, or is a dead letter',
  watch(scene, violated) {
    const recorded = new Set<string>();
    const arrived = new Map<string, { readonly service: string; readonly atMs: number }>();
    return {
      queued(functionName, { id, detail, resources }) {
        if (functionName !== 'on-service-action' || detail.eventName !== 'SERVICE_TASK_PLACEMENT_FAILURE') return;
        const service = nameOfArn(String(resources[0]));
        if (isKnown(scene, service) && !arrived.has(id)) arrived.set(id, { service, atMs: scene.world.nowMs });
      },
      ledger(_invocation, method, given) {
        if (method === 'recordSignal') recorded.add((given[0] as ServiceSignal).eventId);
      },
      end() {
        const { region, truth, world } = scene;
        if (region.queues['on-service-action'].deadLetters.some(({ isPoison }) => !isPoison)) return;
        for (const [id, { service, atMs }] of arrived) {
          const primary = truth.byName(service);
          // Who has left meanwhile is nobody's concern when the message comes again.
          if (primary?.deletedAtMs !== undefined || (primary?.tags.at(-1)?.atMs ?? 0) > atMs) continue;
          if (!recorded.has(id) && world.nowMs - atMs > recordedMs)
            violated(
              `a placement failure of ${service} arrived ${(world.nowMs - atMs) / 1_000} s ago and was never recorded`,
            );
        }
      },
    };
  },
};
