import type { ResumeEnd, Work } from '../../shared/decisions/work.ts';
import { nameOfArn } from '../../shared/events/arn.ts';
import type { ResumeDeps } from './deps.ts';

/** Ends that nobody has to know of: the job is done. */
const silent: readonly ResumeEnd[] = ['finished', 'stopped_otherwise'];

/** A job is over for us: told where it was interrupted and is not started again, and no longer swept. */
export async function tellEnd(
  deps: ResumeDeps,
  { taskArn, clusterArn, job }: Work,
  reason: ResumeEnd,
  detail: string | undefined,
): Promise<void> {
  // That a job has lost its opt-in matters where Spot took it.
  const isTold = reason === 'not_opted_in' ? job?.stop?.kind === 'spot' : !silent.includes(reason);
  if (isTold) {
    await deps.bus.publish([
      {
        detailType: 'Task Not Resumed',
        resources: [taskArn],
        detail: {
          taskArn,
          jobId: job?.jobId,
          clusterArn,
          attempt: job?.attempt,
          reason,
          ...(detail === undefined ? {} : { detail }),
        },
      },
    ]);
  }
  deps.telemetry.taskNotResumed(taskArn, reason, detail, nameOfArn(clusterArn));
  await deps.ledger.closeJob(taskArn);
}
