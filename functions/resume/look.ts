import { expired } from '../../shared/decisions/checkpoint.ts';
import { inDoubtUntilMs, type JobWork, planResume, type ResumePlan } from '../../shared/decisions/resume.ts';
import { checkpointIdOf, type Work } from '../../shared/decisions/work.ts';
import { RetryableError } from '../../shared/errors.ts';
import { nameOfArn } from '../../shared/events/arn.ts';
import { jobPolicy } from '../../shared/policy/policy.ts';
import type { LookRequest } from '../../shared/ports/jobs.ts';
import type { StoredWork } from '../../shared/ports/ledger.ts';
import { broughtUpToDate } from './bring-up-to-date.ts';
import { definitionOf } from './definition-of.ts';
import type { ResumeDeps } from './deps.ts';
import { startAgain } from './start-again.ts';
import { tellEnd } from './tell-end.ts';

/** Others may write the same work meanwhile; then the plan is made anew. */
const triesMax = 5;

/** A task's work is looked at: captured while it runs, settled when its time is over, started again when Spot took it. */
export const look =
  (deps: ResumeDeps) =>
  async (request: LookRequest, redelivered = false): Promise<void> => {
    for (let tries = 1; tries <= triesMax; tries += 1) {
      const stored = await broughtUpToDate(deps, request);
      // Noted as open before its work was, and ECS knows the task no more: nobody can say anything of it.
      if (request.cause === 'schedule' && stored?.work.job === undefined) {
        await deps.ledger.closeJob(request.taskArn);
      }
      if (stored === undefined) return;
      const { work } = stored;
      // A write that was refused may have been our own, whose answer got lost: then this is like a message that comes again.
      const isAgain = redelivered || tries > 1;
      const isDone = isJob(work) ? await follow(deps, { ...stored, work }, isAgain) : await settle(deps, stored);
      if (isDone) return;
    }
    throw new RetryableError(`ledger: others keep writing the work of ${request.taskArn}`);
  };

function isJob(work: Work): work is JobWork {
  return work.job !== undefined;
}

/** Nothing to start again: a request that nobody answers expires. @returns false where somebody else was quicker. */
async function settle(deps: ResumeDeps, { work, revision }: StoredWork): Promise<boolean> {
  const { checkpoint } = work;
  if (checkpoint === undefined || checkpoint.outcome !== undefined) return true;
  const nowMs = deps.clock.nowMs();
  const untilMs = checkpoint.deadlineMs + (deps.stackPolicy.hooks[checkpoint.hook]?.waitMs ?? 0);
  if (nowMs < untilMs) {
    await deps.jobs.lookLater({ ...refOf(work), cause: 'deadline' }, untilMs - nowMs);
    return true;
  }
  if (!(await deps.ledger.saveWork(expired(work, nowMs), revision))) return false;
  deps.telemetry.checkpointExpired(checkpointIdOf(work.taskArn), nameOfArn(work.clusterArn));
  return true;
}

/** @returns false where somebody else was quicker. */
async function follow(
  deps: ResumeDeps,
  { work, revision }: StoredWork & { readonly work: JobWork },
  isAgain: boolean,
): Promise<boolean> {
  const plan = await planFor(deps, work);
  if (plan.kind === 'over') {
    const { resume } = work.job;
    // A first try may have ended between the writing and the telling.
    if (isAgain && resume?.state === 'ended') await tellEnd(deps, work, resume.reason, resume.detail);
    else await deps.ledger.closeJob(work.taskArn);
    return true;
  }
  if (plan.kind === 'wait') {
    await waitFor(deps, plan);
    // Only a note for the next look, which comes all the same.
    if (plan.work !== work) await deps.ledger.saveWork(plan.work, revision);
    return true;
  }
  if (plan.kind === 'send') await sweptFrom(deps, work);
  if (plan.work !== work && !(await deps.ledger.saveWork(plan.work, revision))) return false;
  if (work.checkpoint?.outcome === undefined && plan.work.checkpoint?.outcome === 'expired') {
    deps.telemetry.checkpointExpired(checkpointIdOf(work.taskArn), nameOfArn(work.clusterArn));
  }
  if (plan.kind === 'end') await tellEnd(deps, work, plan.reason, plan.detail);
  else await startAgain(deps, plan.work, plan.request);
  return true;
}

async function planFor(deps: ResumeDeps, work: JobWork): Promise<ResumePlan> {
  const { ledger, stackPolicy } = deps;
  const { taskDefinitionArn, stop } = work.job;
  const definition = taskDefinitionArn === undefined ? undefined : await definitionOf(deps, taskDefinitionArn);
  const policy = jobPolicy(stackPolicy, definition?.tags ?? {});
  // Nothing is started for the others: what surrounds them does not matter.
  const isReclaimed = stop?.kind === 'spot';
  const [fleet, spotShortAtMs] = isReclaimed
    ? await Promise.all([ledger.readFleet(), ledger.spotShortAtMs(work.clusterArn)])
    : [];
  const hook = policy.ok ? policy.policy.checkpoint : undefined;
  return planResume(
    {
      work,
      policy,
      hookWaitMs: hook === undefined ? undefined : stackPolicy.hooks[hook]?.waitMs,
      isPaused: fleet?.pausedAll ?? false,
      spotShortAtMs,
      orchestrators: stackPolicy.orchestrators,
    },
    deps.clock.nowMs(),
  );
}

async function waitFor(deps: ResumeDeps, plan: ResumePlan & { readonly kind: 'wait' }): Promise<void> {
  const { work, reason, lookAtMs, isTimed } = plan;
  await deps.ledger.openJob({ ...refOf(work), lookAtMs });
  if (!isTimed) return;
  deps.telemetry.resumeWaits(work.taskArn, reason);
  await deps.jobs.lookLater({ ...refOf(work), cause: 'retry' }, lookAtMs - deps.clock.nowMs());
}

/** Should every delivery fail from here on, the sweep finds the job. */
async function sweptFrom({ ledger, clock }: ResumeDeps, work: Work): Promise<void> {
  await ledger.openJob({ ...refOf(work), lookAtMs: inDoubtUntilMs(clock.nowMs()) });
}

function refOf({ taskArn, clusterArn }: Work) {
  return { taskArn, clusterArn };
}
