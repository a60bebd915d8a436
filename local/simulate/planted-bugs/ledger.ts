import type { Work } from '../../../shared/decisions/work.ts';
import type { Fence } from '../../../shared/ports/ledger.ts';
import type { PlantedBug } from '../planted-bug.ts';

/** The ledger without one of its conditions. */
export const ledgerBugs: readonly PlantedBug[] = [
  {
    name: 'no fence',
    says: 'everybody may decide for a service at any time, and write with any generation',
    ledger(ledger) {
      const latest = new Map<string, Fence>();
      const freshest = (fence: Fence): Fence => latest.get(fence.serviceArn) ?? fence;
      return {
        ...ledger,
        async takeFence(serviceArn, holdMs) {
          const held = latest.get(serviceArn);
          if (held !== undefined) await ledger.releaseFence(held);
          const fence = await ledger.takeFence(serviceArn, holdMs);
          if (fence !== undefined) latest.set(serviceArn, fence);
          return fence;
        },
        saveControl: (fence, control) => ledger.saveControl(freshest(fence), control),
        releaseFence: (fence) => ledger.releaseFence(freshest(fence)),
      };
    },
  },
  {
    name: 'work without condition',
    says: 'a job is written whatever its revision has become',
    ledger: (ledger) => ({
      ...ledger,
      async saveWork(work, expectedRevision) {
        if (await ledger.saveWork(work, expectedRevision)) return true;
        const stored = await ledger.readWork(work.taskArn);
        return ledger.saveWork(work, stored?.revision ?? 0);
      },
    }),
  },
  {
    name: 'budget without condition',
    says: 'the budget is written whatever others have written meanwhile',
    ledger: (ledger) => ({
      ...ledger,
      async saveBudget(_expectedVersion, entries) {
        const { budget } = await ledger.readFleet();
        return ledger.saveBudget(budget.version, entries);
      },
    }),
  },
  {
    name: 'time of receipt',
    says: 'a signal counts from when it arrives, not from when it was',
    deps: (deps) => ({
      ...deps,
      ledger: {
        ...deps.ledger,
        recordSignal: (signal) => deps.ledger.recordSignal({ ...signal, atMs: deps.clock.nowMs() }),
      },
    }),
  },
  {
    name: 'claims are not kept',
    says: 'who asks for a checkpoint does not note it',
    ledger: (ledger) => ({
      ...ledger,
      saveWork: (work, expectedRevision) => ledger.saveWork(withoutClaim(work), expectedRevision),
    }),
  },
  {
    name: 'pause is not read',
    says: 'decisions are made as if nobody had paused anything',
    ledger: (ledger) => ({
      ...ledger,
      readFleet: async () => ({ ...(await ledger.readFleet()), pausedAll: false, paused: new Set<string>() }),
    }),
  },
  {
    name: 'control is not kept',
    says: 'a decision forgets what it has to remember for the next',
    ledger: (ledger) => ({ ...ledger, saveControl: async () => {} }),
  },
  {
    name: 'a bridge is never disenrolled',
    says: 'what is deleted stays enrolled',
    ledger: (ledger) => ({ ...ledger, disenrol: async () => {} }),
  },
];

function withoutClaim(work: Work): Work {
  if (work.checkpoint === undefined) return work;
  const { publishedAtMs: _published, ...checkpoint } = work.checkpoint;
  return { ...work, checkpoint: { ...checkpoint, claimedUntilMs: 0 } };
}
