import type { DeploymentContainer, DeploymentTask } from './deployment-facts.ts';
import { endingContainer, exitCodeReading, ownContainers } from './exit-code.ts';
import type { Finding } from './finding.ts';
import { quotable, shortTaskId } from './quote.ts';
import { shortageOn } from './shortage.ts';
import { ownFailureIn, type Reading, shortageIn } from './wordings.ts';

/** What one task says about its deployment. */
export type TaskVerdict =
  /** It runs, or is on its way. */
  | { readonly kind: 'alive'; readonly isHealthy: boolean }
  /** Somebody else ended it, and would have whatever its revision. */
  | { readonly kind: 'neutral'; readonly by: 'spot' | 'scheduler' | 'rebalancing' | 'person' | 'infrastructure' }
  /** Fault of the revision, or of AWS where the class is `unknown`; or it was never placed. */
  | { readonly kind: 'failed'; readonly finding: Finding }
  /** It ended, and nothing known says why. */
  | { readonly kind: 'unexplained'; readonly evidence: string };

const spotStopCodes = ['SpotInterruption', 'TerminationNotice'];

/**
 * What ended a task. Who told it to stop comes first: a task under a Spot notice exits with 137, 143 or 0 as it likes,
 * and its scheduler stops healthy tasks all the time. Source of stop codes: API model, `TaskStopCode`; of the reasons:
 * "Stopped tasks error messages" and "Track AZ rebalancing", Amazon ECS Developer Guide.
 * @param strategy providers that the deployment launches with.
 */
export function taskVerdict(task: DeploymentTask, strategy: readonly string[]): TaskVerdict {
  if (task.desiredStatus !== 'STOPPED' && task.lastStatus !== 'STOPPED') return alive(task);
  return neutralStop(task) ?? ownEnd(task, strategy) ?? { kind: 'unexplained', evidence: evidenceOf(task) };
}

function alive(task: DeploymentTask): TaskVerdict {
  // Before it is stopped for its health a task runs on for a while: it stands for no success.
  return { kind: 'alive', isHealthy: task.lastStatus === 'RUNNING' && task.healthStatus !== 'UNHEALTHY' };
}

function neutralStop({ stopCode, stoppedReason = '' }: DeploymentTask): TaskVerdict | undefined {
  if (stopCode === undefined ? stoppedReason === 'Your Spot Task was interrupted.' : spotStopCodes.includes(stopCode)) {
    return { kind: 'neutral', by: 'spot' };
  }
  if (stopCode === 'UserInitiated') return { kind: 'neutral', by: 'person' };
  if (stopCode === 'InfrastructureHealth' || /^Host EC2 .*(stopped|terminated)/i.test(stoppedReason)) {
    return { kind: 'neutral', by: 'infrastructure' };
  }
  if (stopCode !== undefined && stopCode !== 'ServiceSchedulerInitiated') return undefined;
  if (/^Availability-zone rebalancing initiated by/i.test(stoppedReason)) return { kind: 'neutral', by: 'rebalancing' };
  if (/^Scaling activity initiated by/i.test(stoppedReason)) return { kind: 'neutral', by: 'scheduler' };
  return undefined;
}

function ownEnd(task: DeploymentTask, strategy: readonly string[]): TaskVerdict | undefined {
  const short = shortageIn(task.stoppedReason ?? '');
  if (short !== undefined) return failed(task, shortageOn(short, providersOf(task, strategy)));
  const said = failureSaid(task);
  if (said !== undefined && said.reading.certainty !== 'weak') return failed(task, said.reading, said.container);
  const exit = failureByExit(task);
  if (exit !== undefined && (said === undefined || exit.reading.certainty !== 'weak')) {
    return failed(task, exit.reading, exit.container);
  }
  return said === undefined ? undefined : failed(task, said.reading, said.container);
}

function failureByExit(task: DeploymentTask): Failure | undefined {
  // What the scheduler stops exits by SIGTERM: its code tells nothing.
  if (task.stopCode === 'ServiceSchedulerInitiated') return undefined;
  const container = endingContainer(task.containers);
  if (container?.exitCode === undefined) return undefined;
  const { cause, certainty } = exitCodeReading(container.exitCode);
  // Only ECS's own word makes it sure that this exit was the end of the task.
  const isSure = task.stopCode === 'EssentialContainerExited' || saysEssentialExit(task);
  return { reading: { cause, certainty: isSure ? certainty : 'weak' }, container };
}

function saysEssentialExit({ stopCode, stoppedReason = '' }: DeploymentTask): boolean {
  return stopCode === undefined && /^Essential container in task exited/i.test(stoppedReason);
}

interface Failure {
  readonly reading: Reading;
  readonly container?: DeploymentContainer;
}

/** The task's own reason before those of its containers. */
function failureSaid(task: DeploymentTask): Failure | undefined {
  const ofContainers = ownContainers(task.containers)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((container) => {
      const reading = ownFailureIn(container.reason ?? '');
      return reading === undefined ? [] : [{ reading, container }];
    });
  const reading = ownFailureIn(task.stoppedReason ?? '');
  if (reading === undefined) return ofContainers.find((of) => of.reading.certainty !== 'weak') ?? ofContainers[0];
  const container = ofContainers.find((of) => of.reading.cause === reading.cause)?.container;
  return { reading, ...(container === undefined ? {} : { container }) };
}

function failed(task: DeploymentTask, reading: Reading, container?: DeploymentContainer): TaskVerdict {
  const detail = detailOf(container);
  return {
    kind: 'failed',
    finding: {
      ...reading,
      evidence: evidenceOf(task, container),
      atMs: task.stoppedAtMs ?? task.createdAtMs ?? 0,
      ...(detail === undefined ? {} : { detail }),
      task,
      ...(container === undefined ? {} : { container }),
    },
  };
}

function detailOf(container: DeploymentContainer | undefined): string | undefined {
  if (container === undefined) return undefined;
  return container.exitCode === undefined
    ? `container ${container.name}`
    : `container ${container.name}, exit code ${container.exitCode}`;
}

function evidenceOf(task: DeploymentTask, container = endingContainer(task.containers)): string {
  const said = (container ?? ownContainers(task.containers).find(({ reason }) => reason !== undefined))?.reason;
  const parts = [
    task.stopCode,
    task.stoppedReason === undefined ? undefined : `"${quotable(task.stoppedReason)}"`,
    detailOf(container),
    said === undefined || said === task.stoppedReason ? undefined : `"${quotable(said)}"`,
  ];
  return `task ${shortTaskId(task.taskArn)}: ${parts.filter((part) => part !== undefined).join(', ')}`;
}

function providersOf(task: DeploymentTask, strategy: readonly string[]): readonly string[] {
  return task.capacityProviderName === undefined ? strategy : [task.capacityProviderName];
}
