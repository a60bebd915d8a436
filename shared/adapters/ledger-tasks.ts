import type { Clock } from '../ports/clock.ts';
import type { HostPort, Ledger, TaskRecord } from '../ports/ledger.ts';
import { jsonOf, numberOf, type Plain, textOf } from './ledger-items.ts';
import { expiresAt, keptMs, keys } from './ledger-keys.ts';
import type { LedgerTable } from './ledger-table.ts';

/**
 * Tasks, one item each in the partition of their service. The newest version gives the status; everything else is kept
 * from whichever event told it, so that the order of delivery does not show in the record.
 *
 * What is news is told by the item as it was before the write, in the same request: a task nobody knew, another status,
 * or the first word that Spot stops it, after which nothing more is. So it is told once, and an answer that gets lost
 * loses it: where a minute until the next reconcile is too long, as for a notice, a decision is asked for all the same.
 */
export function createTaskLedger(table: LedgerTable, clock: Clock): Pick<Ledger, 'recordTask'> {
  return {
    async recordTask(task) {
      const key = { pk: keys.service(task.serviceArn), sk: keys.task(task.taskArn) };
      const told = Object.entries(optionalOf(task)).filter(([, value]) => value !== undefined);
      const ifFirst = (name: string) => `${name} = if_not_exists(${name}, :${name})`;
      const ofStop = task.spotStopAtMs === undefined ? [] : ['spotStopAtMs'];
      const optional: Plain = {
        ...Object.fromEntries(told.map(([name, value]) => [`:${name}`, value])),
        ':spotStopAtMs': task.spotStopAtMs,
        ':expiresAt': expiresAt(clock.nowMs(), keptMs.task),
      };

      const { held, item: before } = await table.updateTelling(
        {
          ...key,
          // What this event does not tell an earlier one may have told: it stays.
          expression: `SET ${[
            ...['taskArn', 'version', 'desiredStatus', 'lastStatus', 'expiresAt'].map((name) => `${name} = :${name}`),
            ...told.map(([name]) => `${name} = :${name}`),
            ...ofStop.map(ifFirst),
          ].join(', ')}`,
          condition: 'attribute_not_exists(version) OR version < :version',
          values: {
            ...optional,
            ':taskArn': task.taskArn,
            ':version': task.version,
            ':desiredStatus': task.desiredStatus,
            ':lastStatus': task.lastStatus,
          },
        },
        'ALL_OLD',
      );
      // Without a version nothing was known but that Spot stops it.
      const tells = task.spotStopAtMs !== undefined || before?.lastStatus !== task.lastStatus;
      const isNews = before?.version === undefined || (before.spotStopAtMs === undefined && tells);
      if (held) return { outcome: 'recorded', isNews };

      // Events that come out of order end in the same record: an older one fills in what no newer one has told. A mere
      // duplicate tells nothing that the item which refused it lacks.
      const fillIn = [...told.map(([name]) => name), ...ofStop].filter((name) => before?.[name] === undefined);
      if (fillIn.length === 0) return { outcome: 'stale', isNews: false };
      const { held: filled, item: known } = await table.updateTelling(
        {
          ...key,
          // The item may have been deleted in the meantime: what is made anew must expire, too.
          expression: `SET ${[...fillIn, 'expiresAt'].map(ifFirst).join(', ')}`,
          condition: fillIn.map((name) => `attribute_not_exists(${name})`).join(' OR '),
          values: Object.fromEntries([...fillIn, 'expiresAt'].map((name) => [`:${name}`, optional[`:${name}`]])),
        },
        'ALL_OLD',
      );
      const tellsOfStop = task.spotStopAtMs !== undefined && known?.spotStopAtMs === undefined;
      return { outcome: 'stale', isNews: filled && tellsOfStop };
    },
  };
}

/** What an event may or may not tell of a task, apart from its Spot stop. */
function optionalOf(task: TaskRecord): Plain {
  return {
    capacityProviderName: task.capacityProviderName,
    ofBridge: task.ofBridge,
    startedAtMs: task.startedAtMs,
    stoppedAtMs: task.stoppedAtMs,
    cpu: task.cpu,
    deploymentId: task.deploymentId,
    privateIps: task.privateIps === undefined ? undefined : JSON.stringify(task.privateIps),
    containerInstanceArn: task.containerInstanceArn,
    hostPorts: task.hostPorts === undefined ? undefined : JSON.stringify(task.hostPorts),
  };
}

/** A task's item → its record. */
export function taskOf(serviceArn: string, item: Plain): TaskRecord {
  return {
    serviceArn,
    taskArn: textOf(item, 'taskArn'),
    version: numberOf(item, 'version'),
    desiredStatus: textOf(item, 'desiredStatus'),
    lastStatus: textOf(item, 'lastStatus'),
    ...(typeof item.capacityProviderName === 'string' ? { capacityProviderName: item.capacityProviderName } : {}),
    ...(item.ofBridge === true ? { ofBridge: true } : {}),
    ...(typeof item.spotStopAtMs === 'number' ? { spotStopAtMs: item.spotStopAtMs } : {}),
    ...(typeof item.startedAtMs === 'number' ? { startedAtMs: item.startedAtMs } : {}),
    ...(typeof item.stoppedAtMs === 'number' ? { stoppedAtMs: item.stoppedAtMs } : {}),
    ...(typeof item.cpu === 'number' ? { cpu: item.cpu } : {}),
    ...(typeof item.deploymentId === 'string' ? { deploymentId: item.deploymentId } : {}),
    ...(item.privateIps === undefined ? {} : { privateIps: jsonOf<string[]>(item, 'privateIps') }),
    ...(typeof item.containerInstanceArn === 'string' ? { containerInstanceArn: item.containerInstanceArn } : {}),
    ...(item.hostPorts === undefined ? {} : { hostPorts: jsonOf<HostPort[]>(item, 'hostPorts') }),
  };
}
