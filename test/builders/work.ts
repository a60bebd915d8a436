import type { ResumeFacts } from '../../shared/decisions/resume.ts';
import type { CheckpointState, Job, JobStop, RestorePoint, Resume, Work } from '../../shared/decisions/work.ts';
import type { CheckpointReport, TaskFacts } from '../../shared/events/facts.ts';
import { taskFacts } from '../../shared/events/task-state-change.ts';
import { type JobPolicyOutcome, jobPolicy, type StackPolicy } from '../../shared/policy/policy.ts';
import type { LaunchedTask, LaunchSpec, RunTaskInput } from '../../shared/ports/ecs.ts';
import { aNotice, type BuiltEvent } from './events.ts';
import { nowMs, stackPolicy } from './service-facts.ts';

/** What a standalone task `crunch` was doing, and how it is started again; tests change what they are about. */

export const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
/** The task of the events as well. */
export const taskArn = 'arn:aws:ecs:us-east-1:111122223333:task/shop/0123456789abcdef0123456789abcdef';
export const checkpointId = 'ckpt-0123456789abcdef0123456789abcdef';
export const definitionArn = 'arn:aws:ecs:us-east-1:111122223333:task-definition/crunch:3';
/** The task that takes over. */
export const nextTaskArn = 'arn:aws:ecs:us-east-1:111122223333:task/shop/fedcba9876543210fedcba9876543210';

/** A task of which nothing is known yet. */
export function aWork(changed: Partial<Work> = {}): Work {
  return { taskArn, clusterArn, ...changed };
}

/** A job that was captured and has run for an hour. */
export function aJob(changed: Partial<Job> = {}): Job {
  return {
    jobId: taskArn,
    attempt: 0,
    taskDefinitionArn: definitionArn,
    launch: aLaunchSpec(),
    startedAtMs: nowMs - 3_600_000,
    ...changed,
  };
}

export function aJobWork(job: Partial<Job> = {}, changed: Partial<Work> = {}): Work & { readonly job: Job } {
  return { ...aWork(changed), job: aJob(job) };
}

/** Spot took the task a second ago, and we have just heard of it. */
export function aSpotStop(changed: Partial<JobStop> = {}): JobStop {
  return { kind: 'spot', atMs: nowMs - 1_000, ...changed };
}

export function aRestorePoint(changed: Partial<RestorePoint> = {}): RestorePoint {
  return { checkpointId, uri: 's3://checkpoints/crunch/1', savedAtMs: nowMs - 30_000, ...changed };
}

/** A request that was published a minute ago; the task has another minute. */
export function aRequest(changed: Partial<CheckpointState> = {}): CheckpointState {
  return {
    hook: 'save',
    requestedAtMs: nowMs - 60_000,
    deadlineMs: nowMs + 60_000,
    claimedUntilMs: nowMs - 50_000,
    publishedAtMs: nowMs - 59_900,
    ...changed,
  };
}

/** The task has saved its state. */
export function aReport(changed: Partial<CheckpointReport> = {}): CheckpointReport {
  return {
    eventId: 'r-1',
    reportedAtMs: nowMs,
    checkpointId,
    taskArn,
    outcome: 'completed',
    uri: 's3://checkpoints/crunch/1',
    ...changed,
  };
}

/** As DescribeTasks tells the running task. */
export function aLaunchedTask(changed: Partial<LaunchedTask> = {}): LaunchedTask {
  return {
    taskArn,
    clusterArn,
    taskDefinitionArn: definitionArn,
    group: 'family:crunch',
    desiredStatus: 'RUNNING',
    lastStatus: 'RUNNING',
    capacityProviderName: 'FARGATE_SPOT',
    version: 4,
    startedAtMs: nowMs - 3_600_000,
    overrides: { containerOverrides: [{ name: 'crunch' }] },
    tags: {},
    subnetId: 'subnet-a',
    networkInterfaceId: 'eni-1',
    volumes: [],
    containerNames: ['crunch'],
    ...changed,
  };
}

export function aLaunchSpec(changed: Partial<LaunchSpec> = {}): LaunchSpec {
  return {
    taskDefinition: definitionArn,
    capacityProviderName: 'FARGATE_SPOT',
    awsvpcConfiguration: { subnets: ['subnet-a'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
    enableExecuteCommand: false,
    overrides: { containerOverrides: [] },
    tags: {},
    volumeConfigurations: [],
    containerNames: ['crunch'],
    ...changed,
  };
}

/** The request that `aJob` is started again with at first. */
export function aRunTask(changed: Partial<RunTaskInput> = {}): RunTaskInput {
  return {
    cluster: clusterArn,
    taskDefinition: definitionArn,
    count: 1,
    clientToken: `${checkpointId}-1-1`,
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    networkConfiguration: {
      awsvpcConfiguration: { subnets: ['subnet-a'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
    },
    overrides: {
      containerOverrides: [{ name: 'crunch', environment: [{ name: 'BALLAST_RESUME_ATTEMPT', value: '1' }] }],
    },
    enableExecuteCommand: false,
    enableECSManagedTags: false,
    tags: [],
    ...changed,
  };
}

type ResumeOf<State extends Resume['state']> = Extract<Resume, { readonly state: State }>;

/** Frozen, and perhaps sent, ten seconds ago. */
export function askedFor(changed: Partial<ResumeOf<'asked'>> = {}): Resume {
  return {
    state: 'asked',
    try: 1,
    request: aRunTask(),
    onSpot: true,
    askedAtMs: nowMs - 10_000,
    sinceMs: nowMs - 10_000,
    ...changed,
  };
}

/** Refused twenty seconds ago; the next try is due. */
export function unplaced(changed: Partial<ResumeOf<'unplaced'>> = {}): Resume {
  return {
    state: 'unplaced',
    try: 1,
    failure: 'Capacity is unavailable at this time. Please try again later or in a different availability zone',
    atMs: nowMs - 20_000,
    nextTryAtMs: nowMs - 5_000,
    sinceMs: nowMs - 21_000,
    ...changed,
  };
}

/** A stack with two hooks, that leaves Step Functions' tasks alone. */
export const jobStack: StackPolicy = {
  ...stackPolicy,
  hooks: {
    save: { waitMs: 15_000 },
    dump: { uri: 's3://checkpoints', lambda: 'dump-state', waitMs: 30_000 },
  },
  orchestrators: ['AWS Step Functions*'],
};

/** A task definition that opted in to resume. */
export function aJobPolicy(tags: Readonly<Record<string, string>> = {}): JobPolicyOutcome {
  return jobPolicy(jobStack, { 'ballast:resume': 'true', ...tags });
}

type ResumeFactsSetup = Partial<Omit<ResumeFacts, 'work'>> & {
  readonly job?: Partial<Job>;
  readonly work?: Partial<Work>;
};

/** A job that Spot took a second ago, and nothing stands in its way. */
export function resumeFacts({ job = {}, work = {}, ...changed }: ResumeFactsSetup = {}): ResumeFacts {
  return {
    work: aJobWork({ stop: aSpotStop(), ...job }, work),
    policy: aJobPolicy(),
    isPaused: false,
    orchestrators: jobStack.orchestrators,
    ...changed,
  };
}

/** What a sensor makes of an event. */
export function factsOf(event: BuiltEvent): TaskFacts {
  return taskFacts(event, nowMs);
}

/** Members that make an event one of the job instead of one of the service `web`. */
export const ofJob = {
  group: 'family:crunch',
  startedBy: undefined,
  taskDefinitionArn: definitionArn,
  containers: [{ name: 'crunch', lastStatus: 'RUNNING', networkInterfaces: [{ privateIpv4Address: '10.0.1.163' }] }],
} as const;

/** The job under a Spot notice. */
export function aJobNotice(detail: Readonly<Record<string, unknown>> = {}): TaskFacts {
  return factsOf(aNotice({ ...ofJob, ...detail }));
}
