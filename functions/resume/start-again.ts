import { changeWork } from '../../shared/change-work.ts';
import {
  answered,
  endedAs,
  inDoubtUntilMs,
  isShortage,
  successorOf,
  workLostMs,
} from '../../shared/decisions/resume.ts';
import type { Work } from '../../shared/decisions/work.ts';
import { RetryableError, TerminalError } from '../../shared/errors.ts';
import { nameOfArn } from '../../shared/events/arn.ts';
import type { RunTaskAnswer, RunTaskInput } from '../../shared/ports/ecs.ts';
import type { ResumeDeps } from './deps.ts';
import { tellEnd } from './tell-end.ts';

/** A new task is looked at so late at the latest; its own events come first. */
const firstLookMs = 900_000;

/** Sends the frozen request and notes what became of it. Whoever does it again sends the same and notes the same. */
export async function startAgain(deps: ResumeDeps, work: Work, request: RunTaskInput): Promise<void> {
  let answer: RunTaskAnswer;
  try {
    answer = await deps.ecs.runTask(request);
  } catch (error) {
    if (error instanceof TerminalError) await refused(deps, work, request, error);
    else if (error instanceof RetryableError) await inDoubt(deps, work);
    else throw error;
    return;
  }
  if ('taskArn' in answer) await started(deps, work, answer.taskArn);
  else await unplaced(deps, work, answer.failure);
}

/** The new task is noted before the old one is done with: a crash in between repeats it. */
async function started(deps: ResumeDeps, work: Work, newTaskArn: string): Promise<void> {
  const { ledger, clock } = deps;
  const { taskArn, clusterArn } = work;
  await ledger.openJob({ taskArn: newTaskArn, clusterArn, lookAtMs: clock.nowMs() + firstLookMs });
  const { work: successor } = await changeWork(ledger, newTaskArn, (known) =>
    known?.job !== undefined && known.job.jobId === work.job?.jobId ? known : successorOf(work, newTaskArn, known),
  );
  const { attempt = 0, stop, resume } = successor?.job ?? {};
  // It may have been taken before it was noted.
  if (stop !== undefined && resume === undefined) {
    await deps.jobs.look([{ taskArn: newTaskArn, clusterArn, cause: 'stopped' }]);
  }
  await deps.bus.publish([
    {
      detailType: 'Task Resumed',
      resources: [newTaskArn, taskArn],
      detail: { taskArn: newTaskArn, previousTaskArn: taskArn, jobId: work.job?.jobId, clusterArn, attempt },
    },
  ]);
  const { written } = await note(deps, work, { taskArn: newTaskArn });
  if (written) {
    deps.telemetry.taskResumed(taskArn, newTaskArn, attempt, workLostMs(work), nameOfArn(clusterArn));
  }
  await ledger.closeJob(taskArn);
}

async function unplaced(deps: ResumeDeps, work: Work, failure: string): Promise<void> {
  const { ledger, clock } = deps;
  const { taskArn, clusterArn } = work;
  const asked = work.job?.resume;
  if (asked?.state === 'asked' && asked.onSpot && isShortage(failure))
    await ledger.recordSpotShort(clusterArn, clock.nowMs());
  const { work: now } = await note(deps, work, { failure });
  const resume = now?.job?.resume;
  if (resume?.state !== 'unplaced') return;
  await ledger.openJob({ taskArn, clusterArn, lookAtMs: resume.nextTryAtMs });
  deps.telemetry.resumeWaits(taskArn, 'backing_off');
  await deps.jobs.lookLater({ taskArn, clusterArn, cause: 'retry' }, resume.nextTryAtMs - clock.nowMs());
}

/** Whether the task was started is open: the same request tells, a little later. */
async function inDoubt(deps: ResumeDeps, { taskArn, clusterArn }: Work): Promise<void> {
  const nowMs = deps.clock.nowMs();
  const lookAtMs = inDoubtUntilMs(nowMs);
  await deps.ledger.openJob({ taskArn, clusterArn, lookAtMs });
  deps.telemetry.resumeWaits(taskArn, 'run_task_in_doubt');
  await deps.jobs.lookLater({ taskArn, clusterArn, cause: 'retry' }, lookAtMs - nowMs);
}

async function refused(deps: ResumeDeps, work: Work, request: RunTaskInput, error: TerminalError): Promise<void> {
  const { work: now } = await changeWork(deps.ledger, work.taskArn, (before) => {
    const resume = before?.job?.resume;
    if (before === undefined || resume?.state !== 'asked' || resume.request.clientToken !== request.clientToken) {
      return before;
    }
    return endedAs(before, 'run_task_refused', error.message, deps.clock.nowMs());
  });
  if (now?.job?.resume?.state === 'ended') await tellEnd(deps, work, 'run_task_refused', error.message);
}

function note(deps: ResumeDeps, work: Work, answer: RunTaskAnswer) {
  const resume = work.job?.resume;
  const nth = resume?.state === 'asked' ? resume.try : 0;
  return changeWork(deps.ledger, work.taskArn, (before) =>
    before === undefined ? undefined : answered(before, nth, answer, deps.clock.nowMs()),
  );
}
