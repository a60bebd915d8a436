import type { BudgetEntry } from '../decisions/budget.ts';
import type { Fleet, Ledger, StoredBudget } from '../ports/ledger.ts';
import { jsonOf, numberOf, type Plain, textOf } from './ledger-items.ts';
import { keys } from './ledger-keys.ts';
import type { LedgerReads } from './ledger-reads.ts';
import type { LedgerTable } from './ledger-table.ts';

type FleetLedger = Pick<Ledger, 'readFleet' | 'setPause' | 'askReturn' | 'saveOnDemandVcpuQuota' | 'saveBudget'>;

/**
 * What is the same for all services: one partition, one Query. A service's pause and its asked return are one item, so
 * that lifting the pause withdraws both at once.
 */
export function createFleetLedger(table: LedgerTable): FleetLedger {
  /** A return asked for under the pause of all must not wait for the next pause. */
  const withdrawReturns = async (): Promise<void> => {
    const items = await table.query(keys.fleet);
    for (const item of items.filter(({ returnAsked, paused }) => returnAsked === true && paused !== true)) {
      // The service may be paused on its own at this moment: then its item stays.
      await table.remove(keys.fleet, textOf(item, 'sk'), { condition: 'attribute_not_exists(paused)' });
    }
  };

  return {
    ...createFleetReads(table),

    async setPause(serviceArn, paused) {
      const sk = serviceArn === undefined ? keys.everyService : keys.ofFleet(serviceArn);
      if (paused) {
        await table.update({ pk: keys.fleet, sk, expression: 'SET paused = :paused', values: { ':paused': true } });
        return;
      }
      // The pause last: after a crash in between the person sees it and lifts it again.
      if (serviceArn === undefined) await withdrawReturns();
      await table.remove(keys.fleet, sk);
    },
    async askReturn(serviceArn, asked) {
      await table.update({
        pk: keys.fleet,
        sk: keys.ofFleet(serviceArn),
        expression: 'SET returnAsked = :asked',
        // There may be nothing to withdraw, and then no item is to be made.
        ...(asked ? {} : { condition: 'attribute_exists(returnAsked)' }),
        values: { ':asked': asked },
      });
    },
    async saveOnDemandVcpuQuota(vcpu) {
      await table.put({ pk: keys.fleet, sk: keys.quota, vcpu });
    },
    async saveBudget(expectedVersion, entries) {
      return table.put(
        { pk: keys.fleet, sk: keys.budget, version: expectedVersion + 1, entries: compact(entries) },
        expectedVersion === 0
          ? { condition: 'attribute_not_exists(version)' }
          : { condition: 'version = :expected', values: { ':expected': expectedVersion } },
      );
    },
  };
}

/** One Query. */
export function createFleetReads(table: LedgerReads): Pick<Ledger, 'readFleet'> {
  return {
    async readFleet() {
      return fleetOf(await table.query(keys.fleet));
    },
  };
}

function fleetOf(items: readonly Plain[]): Fleet {
  const bySk = new Map(items.map((item) => [textOf(item, 'sk'), item]));
  const ofServices = items.flatMap((item) => {
    const serviceArn = keys.serviceOfFleet(textOf(item, 'sk'));
    return serviceArn === undefined ? [] : [{ serviceArn, item }];
  });
  const quota = bySk.get(keys.quota);
  const pausedAll = bySk.has(keys.everyService);
  const paused = ofServices.filter(({ item }) => item.paused === true);
  const asked = ofServices.filter(({ item }) => item.returnAsked === true && (pausedAll || item.paused === true));
  return {
    pausedAll,
    paused: new Set(paused.map(({ serviceArn }) => serviceArn)),
    returnAsked: new Set(asked.map(({ serviceArn }) => serviceArn)),
    ...(quota === undefined ? {} : { onDemandVcpuQuota: numberOf(quota, 'vcpu') }),
    budget: budgetOf(bySk.get(keys.budget)),
  };
}

type CompactEntry = readonly [serviceArn: string, priority: number, milliVcpu: number, held: number, wanted: number];

/**
 * Rows without names. A row is its ARN and 24 characters at most (one digit of priority, six of milli-vCPU, four each
 * of tasks held and wanted), so that DynamoDB's 409,600 bytes an item hold 3,592 services with ARNs of 90
 * characters, and 695 with the longest there are (cluster and service name of 255 characters each). Services that
 * neither hold nor want anything have no row.
 */
function compact(entries: readonly BudgetEntry[]): string {
  return JSON.stringify(
    entries.map(
      ({ serviceArn, priority, milliVcpu, held, wanted }): CompactEntry => [
        serviceArn,
        priority,
        milliVcpu,
        held,
        wanted,
      ],
    ),
  );
}

function budgetOf(item: Plain | undefined): StoredBudget {
  if (item === undefined) return { version: 0, entries: [] };
  const entries = jsonOf<CompactEntry[]>(item, 'entries').map(
    ([serviceArn, priority, milliVcpu, held, wanted]): BudgetEntry => ({
      serviceArn,
      priority,
      milliVcpu,
      held,
      wanted,
    }),
  );
  return { version: numberOf(item, 'version'), entries };
}
