import type { Enrolment } from '../../shared/ports/ledger.ts';
import type { ResumeDeps } from './deps.ts';

/** What the task definition opted in to; asked of the ledger where it is newer than the cache. */
export async function definitionOf(
  { enrolments, ledger }: ResumeDeps,
  taskDefinitionArn: string,
): Promise<Enrolment | undefined> {
  return (await enrolments.taskDefinition(taskDefinitionArn)) ?? (await ledger.enrolment(taskDefinitionArn));
}
