import type { Ledger } from '../../shared/ports/ledger.ts';
import type { Fact } from './messages.ts';

/** How many facts are not in the ledger. */
export async function lostOf(ledger: Ledger, facts: readonly Fact[]): Promise<number> {
  const tasksOf = new Map<string, ReadonlyMap<string, { readonly spotStopAtMs?: number }>>();
  let lost = 0;
  for (const fact of facts) {
    if (fact.kind === 'action') {
      if (!(await hasSignal(ledger, fact))) lost += 1;
      continue;
    }
    const { serviceArn, taskArn } = fact.task;
    const tasks =
      tasksOf.get(serviceArn) ??
      new Map((await ledger.readService(serviceArn)).tasks.map((task) => [task.taskArn, task]));
    tasksOf.set(serviceArn, tasks);
    const stored = tasks.get(taskArn);
    if (stored === undefined || (fact.kind === 'notice' && stored.spotStopAtMs === undefined)) lost += 1;
  }
  return lost;
}

/** An event whose id is marked is a duplicate. */
async function hasSignal(ledger: Ledger, { serviceArn, eventId }: Extract<Fact, { kind: 'action' }>): Promise<boolean> {
  const outcome = await ledger.recordSignal({
    eventId,
    serviceArn,
    atMs: 0,
    serviceName: '',
    clusterArn: '',
    kind: 'steady_state',
    eventName: '',
    capacityProviders: [],
  });
  return outcome === 'duplicate';
}
