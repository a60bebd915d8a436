import type { TaskSize } from '../decisions/money.ts';
import type { Enrolment, Ledger } from '../ports/ledger.ts';
import { jsonOf, type Plain, textOf } from './ledger-items.ts';
import { keys } from './ledger-keys.ts';
import type { LedgerReads } from './ledger-reads.ts';

/** Who opted in, and the bridges: one partition. */
export function createEnrolmentReads(table: LedgerReads): Pick<Ledger, 'enrolments' | 'enrolment'> {
  return {
    async enrolments() {
      return (await table.query(keys.enrolments)).map(enrolmentOf);
    },
    async enrolment(arn) {
      const item = await table.get(keys.enrolments, arn);
      return item === undefined ? undefined : enrolmentOf(item);
    },
  };
}

function enrolmentOf(item: Plain): Enrolment {
  const arn = textOf(item, 'sk');
  const kind = textOf(item, 'kind') as Enrolment['kind'];
  const tags = jsonOf<Enrolment['tags']>(item, 'tags');
  return {
    arn,
    kind,
    tags,
    ...(typeof item.bridgeOf === 'string' ? { bridgeOf: item.bridgeOf } : {}),
    ...(item.taskSize === undefined ? {} : { size: jsonOf<TaskSize>(item, 'taskSize') }),
  };
}
