import type { ControlState } from '../decisions/control-state.ts';
import type { SignalKind } from '../events/facts.ts';
import type { Ledger, SignalRecord, StoredService, TaskRecord } from '../ports/ledger.ts';
import { jsonOf, numberOf, type Plain, textOf } from './ledger-items.ts';
import { keys } from './ledger-keys.ts';
import type { LedgerReads } from './ledger-reads.ts';
import { taskOf } from './ledger-tasks.ts';

/** What a service's partition holds, in one Query. */
export function createServiceReads(table: LedgerReads): Pick<Ledger, 'readService'> {
  return {
    async readService(serviceArn) {
      return storedService(serviceArn, await table.query(keys.service(serviceArn)));
    },
  };
}

function storedService(serviceArn: string, items: readonly Plain[]): StoredService {
  const tasks: TaskRecord[] = [];
  const signals: Partial<Record<SignalKind, SignalRecord>> = {};
  let control: ControlState | undefined;
  let autoScaled: boolean | undefined;
  for (const item of items) {
    const sk = textOf(item, 'sk');
    if (sk === keys.control) {
      if (item.control !== undefined) control = jsonOf<ControlState>(item, 'control');
    } else if (sk.startsWith('SIGNAL#')) {
      const kind = textOf(item, 'kind') as SignalKind;
      signals[kind] = {
        kind,
        atMs: numberOf(item, 'atMs'),
        eventId: textOf(item, 'eventId'),
        ...(typeof item.reason === 'string' && item.reason !== '' ? { reason: item.reason } : {}),
      };
    } else if (sk === keys.scaling) {
      autoScaled = item.autoScaled === true;
    } else if (item.version !== undefined) {
      tasks.push(taskOf(serviceArn, item));
    }
  }
  return {
    tasks,
    signals,
    ...(control === undefined ? {} : { control }),
    ...(autoScaled === undefined ? {} : { autoScaled }),
  };
}
