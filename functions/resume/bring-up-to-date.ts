import { changeWork } from '../../shared/change-work.ts';
import { captured, stopped } from '../../shared/decisions/job.ts';
import { launchSpecOf } from '../../shared/decisions/launch.ts';
import { isOver, type JobStop, type Work } from '../../shared/decisions/work.ts';
import { spotStopOf } from '../../shared/events/task-state-change.ts';
import type { LaunchedTask, LaunchSpec, Opaque } from '../../shared/ports/ecs.ts';
import type { LookCause, LookRequest } from '../../shared/ports/jobs.ts';
import type { StoredWork } from '../../shared/ports/ledger.ts';
import { definitionOf } from './definition-of.ts';
import type { ResumeDeps } from './deps.ts';

/** The work as the ledger has it, with what ECS and EC2 still have to tell. @returns nothing where there is none. */
export async function broughtUpToDate(deps: ResumeDeps, request: LookRequest): Promise<StoredWork | undefined> {
  const { ledger, clock } = deps;
  const { taskArn, clusterArn } = request;
  const stored = await ledger.readWork(taskArn);
  if (!isToBeAsked(stored?.work, request.cause)) return stored;
  const task = await deps.ecs.describeLaunchedTask(clusterArn, taskArn);
  const nowMs = clock.nowMs();
  if (task === undefined) {
    // ECS forgets a stopped task after an hour at the earliest.
    if (stored?.work.job === undefined || stored.work.job.stop !== undefined) return stored;
    const unknown: JobStop = { kind: 'unknown', atMs: nowMs };
    return storedAs(await changeWork(ledger, taskArn, (work) => stopped(work, request, unknown)));
  }
  // ECS itself replaces the tasks of services.
  if (task.group?.startsWith('service:') === true) return stored;
  const definition = await definitionOf(deps, task.taskDefinitionArn);
  if (stored?.work.job === undefined && definition?.tags[`${deps.stackPolicy.tagPrefix}resume`] !== 'true') {
    return stored;
  }
  const launch = stored?.work.job?.launch ?? (await launchOf(deps, task));
  const stop = stopOf(task, nowMs);
  return storedAs(
    await changeWork(ledger, taskArn, (work) => {
      const known = captured(work, task, launch);
      return stop === undefined ? known : stopped(known, task, stop);
    }),
  );
}

/** A look at a job whose launch and end are known, or whose end an event will tell, costs no call. */
function isToBeAsked(work: Work | undefined, cause: LookCause): boolean {
  const job = work?.job;
  if (job === undefined) return cause !== 'deadline' && cause !== 'report';
  if (isOver(job.resume)) return false;
  return job.launch === undefined || (job.stop === undefined && (cause === 'stopped' || cause === 'schedule'));
}

/** How the task was launched; nothing where its network interface, and so its security groups, are gone. */
async function launchOf({ ec2 }: ResumeDeps, task: LaunchedTask): Promise<LaunchSpec | undefined> {
  const [network, volumeConfigurations] = await Promise.all([
    task.networkInterfaceId === undefined ? undefined : ec2.networkInterface(task.networkInterfaceId),
    Promise.all(task.volumes.map(async (volume) => ({ volume, like: await ec2.volumeLike(volume.volumeId) }))),
  ]);
  // Spot is Fargate's, and Fargate gives every task an interface.
  if (network === undefined || volumeConfigurations.some(({ like }) => like === undefined)) return undefined;
  return launchSpecOf(task, {
    ...network,
    volumeConfigurations: volumeConfigurations.map(
      ({ volume, like }): Opaque => ({
        ...(volume.name === undefined ? {} : { name: volume.name }),
        managedEBSVolume: {
          ...like,
          ...(volume.roleArn === undefined ? {} : { roleArn: volume.roleArn }),
          ...(volume.deleteOnTermination === undefined
            ? {}
            : { terminationPolicy: { deleteOnTermination: volume.deleteOnTermination } }),
        },
      }),
    ),
  });
}

function stopOf(task: LaunchedTask, nowMs: number): JobStop | undefined {
  if (task.lastStatus !== 'STOPPED') return undefined;
  const atMs = task.stoppedAtMs ?? task.stoppingAtMs ?? nowMs;
  return { kind: spotStopOf(task) === 'spot' ? 'spot' : 'other', atMs };
}

function storedAs({ work, revision }: { work: Work | undefined; revision: number }): StoredWork | undefined {
  return work === undefined ? undefined : { work, revision };
}
