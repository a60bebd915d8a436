import { expired } from '../../shared/decisions/checkpoint.ts';
import { planResume, type ResumePlan } from '../../shared/decisions/resume.ts';
import type { Job, Work } from '../../shared/decisions/work.ts';
import { RetryableError } from '../../shared/errors.ts';
import { nameOfArn } from '../../shared/events/arn.ts';
import { jobPolicy } from '../../shared/policy/policy.ts';
import type { LookRequest } from '../../shared/ports/jobs.ts';
import type { StoredWork } from '../../shared/ports/ledger.ts';
import { broughtUpToDate } from './bring-up-to-date.ts';
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
      if (stored === undefined) return;
      const { work } = stored;
      const isDone = isJob(work) ? await follow(deps, { ...stored, work }, redelivered) : await settle(deps, stored);
      if (isDone) return;
    }
    throw new RetryableError(`ledger: others keep writing the work of ${request.taskArn}`);
  };

type JobWork = Work & { readonly job: Job };

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
  deps.telemetry.checkpointExpired(work.taskArn, nameOfArn(work.clusterArn));
  return true;
}

/** @returns false where somebody else was quicker. */
async function follow(
  deps: ResumeDeps,
  { work, revision }: StoredWork & { readonly work: JobWork },
  redelivered: boolean,
): Promise<boolean> {
  const plan = await planFor(deps, work);
  if (plan.kind === 'wait') {
    await waitFor(deps, work, plan);
    return true;
  }
  if (plan.kind === 'over') {
    const { resume } = work.job;
    // A first try may have ended between the writing and the telling.
    if (redelivered && resume?.state === 'ended') await tellEnd(deps, work, resume.reason, resume.detail);
    else await deps.ledger.closeJob(work.taskArn);
    return true;
  }
  if (plan.work !== work && !(await deps.ledger.saveWork(plan.work, revision))) return false;
  if (work.checkpoint?.outcome === undefined && plan.work.checkpoint?.outcome === 'expired') {
    deps.telemetry.checkpointExpired(work.taskArn, nameOfArn(work.clusterArn));
  }
  if (plan.kind === 'end') await tellEnd(deps, work, plan.reason, plan.detail);
  else await startAgain(deps, plan.work, plan.request);
  return true;
}

async function planFor(deps: ResumeDeps, work: JobWork): Promise<ResumePlan> {
  const { ledger, enrolments, stackPolicy } = deps;
  const { taskDefinitionArn, stop } = work.job;
  const definition = taskDefinitionArn === undefined ? undefined : await enrolments.taskDefinition(taskDefinitionArn);
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

async function waitFor(deps: ResumeDeps, work: Work, plan: ResumePlan & { readonly kind: 'wait' }): Promise<void> {
  const { taskArn, clusterArn } = work;
  await deps.ledger.openJob({ taskArn, clusterArn, lookAtMs: plan.lookAtMs });
  // A job that runs needs no timer: its end is an event, and the sweep sees to a lost one.
  if (plan.reason === 'running') return;
  deps.telemetry.resumeWaits(taskArn, plan.reason);
  await deps.jobs.lookLater({ ...refOf(work), cause: 'retry' }, plan.lookAtMs - deps.clock.nowMs());
}

function refOf({ taskArn, clusterArn }: Work) {
  return { taskArn, clusterArn };
}
