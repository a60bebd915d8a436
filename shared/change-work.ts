import type { Work } from './decisions/work.ts';
import { RetryableError } from './errors.ts';
import type { Ledger } from './ports/ledger.ts';

/** So many others may write the same task's work meanwhile: a notice, reports, looks. */
const triesMax = 8;

export interface Changed {
  /** As it is stored afterwards. */
  readonly work: Work | undefined;
  /** 0 where nothing is stored. */
  readonly revision: number;
  /** Whether this call wrote it. */
  readonly written: boolean;
}

/**
 * Changes the work of a task under optimistic locking: `change` may be called several times and has to be pure. It
 * returns the same object, or undefined, where there is nothing to write.
 * @throws RetryableError when others are always quicker.
 */
export async function changeWork(
  ledger: Pick<Ledger, 'readWork' | 'saveWork'>,
  taskArn: string,
  change: (work: Work | undefined) => Work | undefined,
): Promise<Changed> {
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const stored = await ledger.readWork(taskArn);
    const changed = change(stored?.work);
    const revision = stored?.revision ?? 0;
    if (changed === undefined || changed === stored?.work) return { work: stored?.work, revision, written: false };
    if (await ledger.saveWork(changed, revision)) return { work: changed, revision: revision + 1, written: true };
  }
  throw new RetryableError(`ledger: others keep writing the work of ${taskArn}`);
}
