import { bridgeNamePrefix } from './decisions/bridge-request.ts';
import type { TaskSize } from './decisions/money.ts';
import type { TaskFacts } from './events/facts.ts';
import type { Clock } from './ports/clock.ts';
import type { Enrolment, Ledger } from './ports/ledger.ts';

/** How long a sensor may not know of a new or withdrawn enrolment; `reconcile` covers that time. */
const freshMs = 60_000;

/** The enrolled service that an event belongs to. */
export interface Owner {
  readonly serviceArn: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The event is about the service's bridge. */
  readonly ofBridge: boolean;
  /** How large the service's tasks are, as far as that was noted a minute ago. */
  readonly size?: TaskSize;
}

/** Which events are worth a write: sensors in big accounts drop nearly all of them here, without a call. */
export interface Enrolments {
  owner(serviceArn: string): Promise<Owner | undefined>;
  /** The task definition, if it opted in to something itself. */
  taskDefinition(arn: string): Promise<Enrolment | undefined>;
}

export function createEnrolmentCache(ledger: Pick<Ledger, 'enrolments' | 'enrolment'>, clock: Clock): Enrolments {
  let readAtMs = Number.NEGATIVE_INFINITY;
  let byArn: Promise<Map<string, Enrolment>> | undefined;

  const read = (): Promise<Map<string, Enrolment>> => {
    const nowMs = clock.nowMs();
    if (byArn === undefined || nowMs - readAtMs >= freshMs) {
      readAtMs = nowMs;
      byArn = ledger.enrolments().then((all) => new Map(all.map((enrolment) => [enrolment.arn, enrolment])));
      // A failed read must not be remembered for a minute.
      byArn.catch(() => {
        byArn = undefined;
      });
    }
    return byArn;
  };

  const find = async (arn: string): Promise<Enrolment | undefined> => {
    const all = await read();
    const known = all.get(arn);
    if (known !== undefined || !arn.includes(`/${bridgeNamePrefix}`)) return known;
    // A bridge may be younger than the cache, and its first placement failures matter most.
    const fresh = await ledger.enrolment(arn);
    if (fresh !== undefined) all.set(arn, fresh);
    return fresh;
  };

  return {
    async owner(serviceArn) {
      const found = await find(serviceArn);
      if (found?.kind === 'service') {
        return {
          serviceArn,
          tags: found.tags,
          ofBridge: false,
          ...(found.size === undefined ? {} : { size: found.size }),
        };
      }
      if (found?.kind !== 'bridge' || found.bridgeOf === undefined) return undefined;
      const primary = await find(found.bridgeOf);
      return { serviceArn: found.bridgeOf, tags: primary?.tags ?? {}, ofBridge: true };
    },
    async taskDefinition(arn) {
      const found = (await read()).get(arn);
      return found?.kind === 'task-definition' ? found : undefined;
    },
  };
}

/** The owner of a task's event; a standalone task has none. */
export async function ownerOf(enrolments: Enrolments, task: TaskFacts): Promise<Owner | undefined> {
  return task.serviceArn === undefined ? undefined : enrolments.owner(task.serviceArn);
}
