import { TerminalError } from '../../shared/errors.ts';
import type { LaunchedTask, Opaque, RunTaskAnswer, RunTaskInput } from '../../shared/ports/ecs.ts';
import { aTaskStateChange, type BuiltEvent } from '../builders/events.ts';
import { nowMs as beginMs } from '../builders/service-facts.ts';
import { type JobKind, kinds } from './resume-kinds.ts';

export const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
const scope = 'arn:aws:ecs:us-east-1:111122223333';
const hourMs = 3_600_000;
const spotReason = 'Your Spot Task was interrupted.';

/** What AWS leaves open. */
export interface Switches {
  /** Events of stopping tasks say neither stopCode nor reason; DescribeTasks does. */
  readonly isSilent: boolean;
  /** DescribeTasks shows no network interface where there is none any more, or none yet. */
  readonly forgetsNetwork: boolean;
  /** A notice has `stoppingAt`. */
  readonly tellsStopping: boolean;
  readonly launchMs: number;
}

export interface FakeTask {
  readonly taskArn: string;
  readonly kind: JobKind;
  readonly provider: string;
  readonly overrides: Opaque;
  readonly createdAtMs: number;
  lastStatus: 'PROVISIONING' | 'RUNNING' | 'STOPPED';
  desiredStatus: 'RUNNING' | 'STOPPED';
  version: number;
  startedAtMs?: number;
  stoppingAtMs?: number;
  stoppedAtMs?: number;
  stopCode?: 'SpotInterruption' | 'EssentialContainerExited' | 'UserInitiated';
  /** When its status changes next. */
  dueAtMs: number;
}

export interface EcsEvent {
  /** The queue that the rules put it into. */
  readonly queue: 'notice' | 'task';
  readonly taskArn: string;
  readonly event: BuiltEvent;
}

export function definitionArnOf({ name }: JobKind): string {
  return `${scope}:task-definition/${name}:1`;
}

/** Amazon ECS for standalone tasks on a virtual clock: what a job's life needs of it, with AWS's own memory and lapses. */
export class FakeEcs {
  nowMs = beginMs;
  hasSpot = true;
  hasOnDemand = true;
  readonly tasks = new Map<string, FakeTask>();
  /** Everything that was ever told. */
  readonly events: EcsEvent[] = [];
  private readonly switches: Switches;
  private readonly answers = new Map<string, { readonly body: string; readonly answer: RunTaskAnswer; atMs: number }>();

  constructor(switches: Switches) {
    this.switches = switches;
  }

  /** A person or program starts a job, on Spot. */
  start(kind: JobKind): FakeTask {
    const environment = [{ name: 'MODE', value: 'full' }];
    return this.create(kind, 'FARGATE_SPOT', { containerOverrides: [{ name: 'main', environment }] });
  }

  private create(kind: JobKind, provider: string, overrides: Opaque): FakeTask {
    const task: FakeTask = {
      taskArn: `${scope}:task/shop/${String(this.tasks.size).padStart(32, '0')}`,
      kind,
      provider,
      overrides,
      createdAtMs: this.nowMs,
      lastStatus: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      version: 1,
      dueAtMs: this.nowMs + this.switches.launchMs,
    };
    this.tasks.set(task.taskArn, task);
    return task;
  }

  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const due = [...this.tasks.values()].filter(({ dueAtMs }) => dueAtMs <= untilMs);
      const [next] = due.sort((left, right) => left.dueAtMs - right.dueAtMs);
      if (next === undefined) break;
      this.nowMs = next.dueAtMs;
      if (next.desiredStatus === 'STOPPED') this.end(next);
      else this.run(next);
    }
    this.nowMs = untilMs;
  }

  private run(task: FakeTask): void {
    task.lastStatus = 'RUNNING';
    task.startedAtMs = this.nowMs;
    task.dueAtMs = Number.POSITIVE_INFINITY;
    this.tell('task', task);
  }

  /** Spot takes the task back: the notice now, the end after its stopTimeout. */
  reclaim(task: FakeTask, graceMs: number): void {
    this.beginToStop(task, 'SpotInterruption', graceMs);
    this.tell('notice', task);
  }

  /** Spot takes the task back and nobody is told before. */
  kill(task: FakeTask): void {
    this.beginToStop(task, 'SpotInterruption', 0);
    this.end(task);
  }

  exit(task: FakeTask): void {
    this.beginToStop(task, 'EssentialContainerExited', 0);
    this.end(task);
  }

  /** StopTask. The rules take what does not say why it stops for a notice. */
  stop(task: FakeTask): void {
    this.beginToStop(task, 'UserInitiated', 30_000);
    if (this.switches.isSilent && task.provider === 'FARGATE_SPOT') this.tell('notice', task);
  }

  private beginToStop(task: FakeTask, stopCode: NonNullable<FakeTask['stopCode']>, graceMs: number): void {
    task.desiredStatus = 'STOPPED';
    task.stopCode ??= stopCode;
    task.stoppingAtMs ??= this.nowMs;
    task.dueAtMs = this.nowMs + graceMs;
  }

  private end(task: FakeTask): void {
    task.lastStatus = 'STOPPED';
    task.stoppedAtMs = this.nowMs;
    task.dueAtMs = Number.POSITIVE_INFINITY;
    this.tell('task', task);
  }

  private tell(queue: EcsEvent['queue'], task: FakeTask): void {
    task.version += 1;
    const { isSilent, tellsStopping } = this.switches;
    const isTold = task.stopCode !== undefined && !isSilent;
    const event = aTaskStateChange(
      {
        taskArn: task.taskArn,
        taskDefinitionArn: definitionArnOf(task.kind),
        group: groupOf(task),
        startedBy: task.kind.startedBy,
        capacityProviderName: task.provider,
        overrides: task.overrides,
        desiredStatus: task.desiredStatus,
        lastStatus: task.lastStatus,
        stopCode: isTold ? task.stopCode : undefined,
        stoppedReason: isTold ? reasonOf(task) : undefined,
        createdAt: iso(task.createdAtMs),
        startedAt: iso(task.startedAtMs),
        stoppingAt: queue === 'task' || tellsStopping ? iso(task.stoppingAtMs) : undefined,
        stoppedAt: iso(task.stoppedAtMs),
        version: task.version,
        containers: [{ name: 'main', lastStatus: task.lastStatus }],
      },
      // Envelopes have whole seconds.
      { id: `event-${this.events.length}`, time: iso(wholeSeconds(this.nowMs)) },
    );
    this.events.push({ queue, taskArn: task.taskArn, event });
  }

  /** RunTask. The same token with the same request is the same answer again, also where that was `failures[]`. */
  runTask(request: RunTaskInput): RunTaskAnswer {
    const body = JSON.stringify(request);
    const known = this.answers.get(request.clientToken);
    if (known !== undefined && this.nowMs < this.forgottenAtMs(known)) {
      if (known.body === body) return known.answer;
      throw new TerminalError('RunTask: ConflictException: another request', 'ConflictException');
    }
    const kind = kinds.find((each) => definitionArnOf(each) === request.taskDefinition);
    if (kind === undefined || request.networkConfiguration === undefined) {
      throw new TerminalError('RunTask: InvalidParameterException: networkConfiguration', 'InvalidParameterException');
    }
    const provider = request.capacityProviderStrategy[0]?.capacityProvider ?? '';
    const answer = (provider === 'FARGATE_SPOT' ? this.hasSpot : this.hasOnDemand)
      ? { taskArn: this.create(kind, provider, request.overrides).taskArn }
      : { failure: 'Capacity is unavailable at this time. Please try again later or in a different availability zone' };
    this.answers.set(request.clientToken, { body, answer, atMs: this.nowMs });
    return answer;
  }

  /** A clientToken lives for a day, or as long as its task and an hour. */
  private forgottenAtMs({ answer, atMs }: { readonly answer: RunTaskAnswer; readonly atMs: number }): number {
    const task = 'taskArn' in answer ? this.tasks.get(answer.taskArn) : undefined;
    return Math.min(atMs + 24 * hourMs, (task?.stoppedAtMs ?? Number.POSITIVE_INFINITY) + hourMs);
  }

  /** A task that has stopped is MISSING after an hour. */
  isMissing({ stoppedAtMs = this.nowMs }: FakeTask): boolean {
    return this.nowMs - stoppedAtMs > hourMs;
  }

  describe(taskArn: string): LaunchedTask | undefined {
    const task = this.tasks.get(taskArn);
    if (task === undefined || this.isMissing(task)) return undefined;
    const showsNetwork = hasNetwork(task) || !this.switches.forgetsNetwork;
    return {
      taskArn,
      clusterArn,
      taskDefinitionArn: definitionArnOf(task.kind),
      group: groupOf(task),
      desiredStatus: task.desiredStatus,
      lastStatus: task.lastStatus,
      capacityProviderName: task.provider,
      version: task.version,
      launchType: 'FARGATE',
      platformVersion: '1.4.0',
      enableExecuteCommand: false,
      overrides: task.overrides,
      tags: { team: 'data' },
      volumes: [],
      containerNames: ['main', 'aws-guardduty-agent-nm40lC'],
      ...(task.kind.startedBy === undefined ? {} : { startedBy: task.kind.startedBy }),
      ...(task.stopCode === undefined ? {} : { stopCode: task.stopCode, stoppedReason: reasonOf(task) }),
      ...(task.startedAtMs === undefined ? {} : { startedAtMs: task.startedAtMs }),
      ...(task.stoppingAtMs === undefined ? {} : { stoppingAtMs: task.stoppingAtMs }),
      ...(task.stoppedAtMs === undefined ? {} : { stoppedAtMs: task.stoppedAtMs }),
      ...(showsNetwork ? { subnetId: 'subnet-1', networkInterfaceId: `eni of ${taskArn}` } : {}),
    };
  }

  /** DescribeNetworkInterfaces of Amazon EC2. */
  networkInterface(networkInterfaceId: string) {
    const task = this.tasks.get(networkInterfaceId.replace('eni of ', ''));
    return task !== undefined && hasNetwork(task) ? { securityGroups: ['sg-1'], hasPublicIp: false } : undefined;
  }
}

function hasNetwork({ lastStatus }: FakeTask): boolean {
  return lastStatus === 'RUNNING';
}

function groupOf({ kind }: FakeTask): string {
  return `family:${kind.name}`;
}

function reasonOf({ stopCode }: FakeTask): string {
  return stopCode === 'SpotInterruption' ? spotReason : `${stopCode}`;
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
