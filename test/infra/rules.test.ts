import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compilePattern } from '../../local/event-pattern.ts';
import { serviceSignal as deploymentSignal } from '../../shared/events/deployment-state-change.ts';
import { serviceSignal as actionSignal } from '../../shared/events/service-action.ts';
import { taskFacts } from '../../shared/events/task-state-change.ts';
import {
  aCheckpointReport,
  aDeploymentStateChange,
  aNotice,
  aServiceAction,
  aSpotPlacementFailure,
  aTaskStateChange,
  type BuiltEvent,
} from '../builders/events.ts';

interface Rule {
  readonly Type: string;
  readonly Properties: {
    readonly EventBusName?: unknown;
    readonly EventPattern: Readonly<Record<string, unknown>>;
    readonly Targets: readonly unknown[];
  };
}

const file = readFileSync(new URL('../../infra/rules.yml', import.meta.url), 'utf8');
const customTags = ['!GetAtt', '!Ref'].map((tag) => ({ tag, resolve: (value: string) => `${tag} ${value}` }));
// The shape is what these tests are about: a fragment without it fails them.
const { Resources: rules } = parse(file, { customTags }) as { Resources: Readonly<Record<string, Rule>> };
const compiled = Object.entries(rules).map(([id, { Properties }]) => ({
  id,
  bus: Properties.EventBusName ?? 'default',
  matches: compilePattern(Properties.EventPattern),
}));

function takenBy(event: unknown, bus = 'default'): string[] {
  return compiled.filter((rule) => rule.bus === bus && rule.matches(event)).map(({ id }) => id);
}

/** Every string in a pattern that has to be equal, at any depth. */
function literalsOf(pattern: unknown): string[] {
  if (typeof pattern === 'string') return [pattern];
  return typeof pattern === 'object' && pattern !== null ? Object.values(pattern).flatMap(literalsOf) : [];
}

const stopped = { desiredStatus: 'STOPPED', lastStatus: 'STOPPED' };
const scaledIn = {
  desiredStatus: 'STOPPED',
  stopCode: 'ServiceSchedulerInitiated',
  stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)',
};
const untold = { stopCode: undefined, stoppedReason: undefined };

describe('what reaches Ballast, each by one rule', () => {
  it.each<[string, BuiltEvent, string]>([
    ['a notice', aNotice(), 'SpotNoticeRule'],
    ['a notice with the older stopCode', aNotice({ stopCode: 'TerminationNotice' }), 'SpotNoticeRule'],
    ['a notice with the wording alone', aNotice({ stopCode: undefined }), 'SpotNoticeRule'],
    ['a notice with the stopCode alone', aNotice({ stoppedReason: undefined }), 'SpotNoticeRule'],
    ['a notice without its provider', aNotice({ capacityProviderName: undefined }), 'SpotNoticeRule'],
    ['a notice of a standalone task', aNotice({ group: 'family:batch' }), 'SpotNoticeRule'],
    ['a notice while DEACTIVATING', aNotice({ lastStatus: 'DEACTIVATING' }), 'SpotNoticeRule'],
    ['a notice while PROVISIONING', aNotice({ lastStatus: 'PROVISIONING' }), 'SpotNoticeRule'],
    ['a Spot task that stops for no told reason', aNotice(untold), 'SpotNoticeRule'],
    ['a running task', aTaskStateChange(), 'TaskStateChangeRule'],
    ['a running on-demand task', aTaskStateChange({ capacityProviderName: 'FARGATE' }), 'TaskStateChangeRule'],
    ['a running task of a launch type', aTaskStateChange({ capacityProviderName: undefined }), 'TaskStateChangeRule'],
    ['a reclaimed task', aNotice({ lastStatus: 'STOPPED' }), 'TaskStateChangeRule'],
    ['a stopped task without reason', aNotice({ ...untold, lastStatus: 'STOPPED' }), 'TaskStateChangeRule'],
    ['a task that was scaled in', aTaskStateChange({ ...scaledIn, ...stopped }), 'TaskStateChangeRule'],
    ['a crashed task', aTaskStateChange({ ...stopped, stopCode: 'EssentialContainerExited' }), 'TaskStateChangeRule'],
    ['a Spot placement failure', aSpotPlacementFailure(), 'ServiceActionRule'],
    [
      'an on-demand placement failure',
      aSpotPlacementFailure({
        capacityProviderArns: ['arn:aws:ecs:us-east-1:111122223333:capacity-provider/FARGATE'],
      }),
      'ServiceActionRule',
    ],
    [
      'a placement failure of a launch type',
      aSpotPlacementFailure({ capacityProviderArns: undefined }),
      'ServiceActionRule',
    ],
    ['a steady state', aServiceAction(), 'ServiceActionRule'],
    ['an impaired start', aServiceAction({ eventName: 'SERVICE_TASK_START_IMPAIRED' }), 'ServiceActionRule'],
    [
      'a configuration failure',
      aServiceAction({ eventName: 'SERVICE_TASK_CONFIGURATION_FAILURE' }),
      'ServiceActionRule',
    ],
    [
      'a failed deployment told as a service action',
      aServiceAction({ eventName: 'SERVICE_DEPLOYMENT_FAILED' }),
      'ServiceActionRule',
    ],
    [
      'a failed lifecycle hook',
      aDeploymentStateChange({ eventName: 'HOOK_FAILED' }, { 'detail-type': 'ECS Hook State Change' }),
      'DeploymentStateChangeRule',
    ],
    [
      'a hook that nobody answered',
      aDeploymentStateChange({ eventName: 'HOOK_TIMED_OUT' }, { 'detail-type': 'ECS Hook State Change' }),
      'DeploymentStateChangeRule',
    ],
    ['a deployment that begins', aDeploymentStateChange(), 'DeploymentStateChangeRule'],
    [
      'a deployment that completed',
      aDeploymentStateChange({ eventName: 'SERVICE_DEPLOYMENT_COMPLETED' }),
      'DeploymentStateChangeRule',
    ],
    [
      'a deployment that failed',
      aDeploymentStateChange({ eventName: 'SERVICE_DEPLOYMENT_FAILED' }),
      'DeploymentStateChangeRule',
    ],
  ])('%s', (_what, event, rule) => {
    expect(takenBy(event)).toEqual([rule]);
  });

  it.each(['Checkpoint Completed', 'Checkpoint Failed'])('%s, on our own bus only', (detailType) => {
    const report = aCheckpointReport({}, { 'detail-type': detailType });
    expect(takenBy(report, '!Ref BallastBus')).toEqual(['CheckpointReportRule']);
    expect(takenBy(report)).toEqual([]);
  });
});

describe('what reaches Ballast by no rule', () => {
  it.each<[string, BuiltEvent]>([
    ['a task that is being scaled in', aTaskStateChange(scaledIn)],
    ['a Spot task being scaled in, reason alone', aTaskStateChange({ ...scaledIn, stopCode: undefined })],
    ['a task stopped by a person', aTaskStateChange({ desiredStatus: 'STOPPED', stopCode: 'UserInitiated' })],
    ["a person's StopTask in AWS's wording", aNotice({ stopCode: 'UserInitiated' })],
    ['an on-demand task stopping for no told reason', aNotice({ ...untold, capacityProviderName: 'FARGATE' })],
    ['a task of instances stopping for no told reason', aNotice({ ...untold, capacityProviderName: undefined })],
    ['a pending task', aTaskStateChange({ lastStatus: 'PENDING' })],
    ['a task being activated', aTaskStateChange({ lastStatus: 'ACTIVATING' })],
    ['a steady capacity provider', aServiceAction({ eventName: 'CAPACITY_PROVIDER_STEADY_STATE' })],
    ['a count that scaling changed', aServiceAction({ eventName: 'SERVICE_DESIRED_COUNT_UPDATED' })],
    [
      'a hook that waits for a person',
      aDeploymentStateChange({ eventName: 'HOOK_AWAITING_ACTION' }, { 'detail-type': 'ECS Hook State Change' }),
    ],
    ['a deployment told as a service action', aServiceAction({ eventName: 'SERVICE_DEPLOYMENT_IN_PROGRESS' })],
    ['a completed one told as a service action', aServiceAction({ eventName: 'SERVICE_DEPLOYMENT_COMPLETED' })],
    ['a daemon', aServiceAction({ eventName: 'SERVICE_STEADY_STATE' }, { 'detail-type': 'ECS Daemon Service Action' })],
    ["a daemon's deployment", aDeploymentStateChange({ eventName: 'DAEMON_DEPLOYMENT_PENDING' })],
    ['a notice that somebody else made up', aNotice({}, { source: 'my.app' })],
    ['a warning of EC2', aNotice({}, { source: 'aws.ec2', 'detail-type': 'EC2 Spot Instance Interruption Warning' })],
  ])('%s', (_what, event) => {
    expect(takenBy(event)).toEqual([]);
  });

  it.each([
    ['our own request for a checkpoint', aCheckpointReport({}, { 'detail-type': 'Checkpoint Requested' })],
    ['a report from another source', aCheckpointReport({}, { source: 'my.app' })],
    ['a notice, on our own bus', aNotice()],
  ])('%s', (_what, event) => {
    expect(takenBy(event, '!Ref BallastBus')).toEqual([]);
  });
});

describe('rules and sensors', () => {
  const stops = ['RUNNING', 'DEACTIVATING', 'STOPPED'].flatMap((lastStatus) =>
    ['RUNNING', 'STOPPED'].flatMap((desiredStatus) =>
      [undefined, 'SpotInterruption', 'TerminationNotice', 'UserInitiated', 'spotinterruption'].flatMap((stopCode) =>
        [undefined, 'Your Spot Task was interrupted.', 'Your Spot Task was interrupted', 'x'].flatMap((stoppedReason) =>
          [undefined, 'FARGATE', 'FARGATE_SPOT', 'my-asg'].map((capacityProviderName) =>
            aTaskStateChange({ lastStatus, desiredStatus, stopCode, stoppedReason, capacityProviderName }),
          ),
        ),
      ),
    ),
  );

  it('mean the same by a notice, and no task event is taken twice', () => {
    const notices = stops.filter((event) => taskFacts(event, 0).isNotice);
    expect(stops).toHaveLength(480);
    // Two stopCodes with any reason and provider, AWS's wording with any provider, and what is unclear; two statuses.
    expect(notices).toHaveLength(74);
    expect(stops.filter((event) => takenBy(event).includes('SpotNoticeRule'))).toEqual(notices);
    expect(stops.filter((event) => takenBy(event).length > 1)).toEqual([]);
  });

  it.each([
    'SERVICE_STEADY_STATE',
    'TASKSET_STEADY_STATE',
    'CAPACITY_PROVIDER_STEADY_STATE',
    'SERVICE_DESIRED_COUNT_UPDATED',
    'TASKS_STOPPED',
    'TASKS_STARTED',
    'SERVICE_DEPLOYMENT_IN_PROGRESS',
    'SERVICE_DEPLOYMENT_COMPLETED',
    'SERVICE_DEPLOYMENT_FAILED',
    'SERVICE_REBALANCING_STARTED',
    'SERVICE_REBALANCING_COMPLETED',
    'SERVICE_REBALANCING_STOPPED',
    'TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION',
    'SERVICE_TASK_START_IMPAIRED',
    'SERVICE_DISCOVERY_INSTANCE_UNHEALTHY',
    'VPC_LATTICE_TARGET_UNHEALTHY',
    'SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED',
    'ECS_OPERATION_THROTTLED',
    'SERVICE_DISCOVERY_OPERATION_THROTTLED',
    'SERVICE_TASK_PLACEMENT_FAILURE',
    'SERVICE_TASK_CONFIGURATION_FAILURE',
    'SERVICE_HEALTH_UNKNOWN',
  ])('agree whether %s means anything', (eventName) => {
    const action = aServiceAction({ eventName });
    expect(takenBy(action).length === 1).toBe(actionSignal(action, 0) !== undefined);
    const deployment = aDeploymentStateChange({ eventName });
    expect(takenBy(deployment).length === 1).toBe(deploymentSignal(deployment, 0) !== undefined);
  });
});

describe('every rule', () => {
  const targets: [string, string, number][] = [
    ['SpotNoticeRule', 'SpotNoticeQueue', 120],
    ['TaskStateChangeRule', 'TaskStateChangeQueue', 3600],
    ['ServiceActionRule', 'ServiceActionQueue', 3600],
    ['DeploymentStateChangeRule', 'DeploymentStateChangeQueue', 3600],
    ['CheckpointReportRule', 'CheckpointReportQueue', 3600],
  ];

  it('is known here', () => {
    expect(Object.keys(rules).sort()).toEqual(targets.map(([id]) => id).sort());
    expect(Object.values(rules).filter(({ Type }) => Type !== 'AWS::Events::Rule')).toEqual([]);
  });

  it.each(targets)('%s delivers to %s, for %d s at most, and keeps what cannot be delivered', (id, queue, maxAge) => {
    expect(rules[id]?.Properties.Targets).toEqual([
      {
        Id: 'queue',
        Arn: `!GetAtt ${queue}.Arn`,
        DeadLetterConfig: { Arn: '!GetAtt UndeliveredEventsQueue.Arn' },
        RetryPolicy: { MaximumEventAgeInSeconds: maxAge },
      },
    ]);
  });

  it.each(Object.entries(rules))('%s stays within what CloudFormation and EventBridge accept', (_id, rule) => {
    const pattern = JSON.stringify(rule.Properties.EventPattern);
    expect(pattern.length).toBeLessThanOrEqual(2048);
    // CloudFormation refuses null anywhere in a template.
    expect(pattern).not.toContain('null');
  });

  it.each(Object.entries(rules))('%s holds no text that looks like a wildcard but is literal', (_id, rule) => {
    const literals = literalsOf(rule.Properties.EventPattern);
    expect(literals.length).toBeGreaterThan(1);
    expect(literals.filter((literal) => literal.includes('*'))).toEqual([]);
  });

  it.each(Object.entries(rules))('%s names source and detail-type', (_id, rule) => {
    expect(rule.Properties.EventPattern).toMatchObject({
      source: [expect.stringMatching(/^(aws\.ecs|ballast\.task)$/)],
      'detail-type': expect.arrayContaining([expect.any(String)]),
    });
  });

  it('asks placement failures for no capacityProviderName, which they do not have', () => {
    expect(JSON.stringify(rules.ServiceActionRule)).not.toContain('capacityProvider');
  });
});

/** Samples from AWS's documentation; they are not part of the project and may not be there. */
const samples = new URL('../../../shared/events/', import.meta.url);

describe.skipIf(!existsSync(samples))("AWS's samples", () => {
  const taken: Readonly<Record<string, string[]>> = {
    'container-instance-health-change.agent-connectivity.json': [],
    'container-instance-state-change.json': [],
    'daemon-deployment-state-change.pending.json': [],
    'daemon-service-action.task-failed-to-run.json': [],
    'deployment-state-change.service-deployment-completed.json': ['DeploymentStateChangeRule'],
    'deployment-state-change.service-deployment-failed.json': ['DeploymentStateChangeRule'],
    'deployment-state-change.service-deployment-in-progress.json': ['DeploymentStateChangeRule'],
    'deployment-state-change.service-deployment-in-progress.rollback.json': ['DeploymentStateChangeRule'],
    'ec2-instance-rebalance-recommendation.json': [],
    'ec2-spot-interruption-warning.json': [],
    'service-action.capacity-provider-steady-state.json': [],
    'service-action.service-steady-state.json': ['ServiceActionRule'],
    'service-action.service-task-placement-failure.ec2-cpu.json': ['ServiceActionRule'],
    'service-action.service-task-placement-failure.fargate-spot.json': ['ServiceActionRule'],
    'service-action.service-task-start-impaired.json': ['ServiceActionRule'],
    'task-state-change.ec2-running.json': ['TaskStateChangeRule'],
    'task-state-change.fargate-running.2020-doc.json': ['TaskStateChangeRule'],
    'task-state-change.fargate-running.json': ['TaskStateChangeRule'],
    'task-state-change.fargate-spot-stopped.COMPOSED.json': ['TaskStateChangeRule'],
    'task-state-change.fargate-spot-warning.COMPOSED.json': ['SpotNoticeRule'],
    'task-state-change.fargate-spot-warning.aws-snippet.json': ['SpotNoticeRule'],
  };

  it('are taken by the rule that is meant for them', () => {
    const files = readdirSync(samples).filter((name) => name.endsWith('.json'));
    const found = files.map((name) => [name, takenBy(JSON.parse(readFileSync(new URL(name, samples), 'utf8')))]);
    expect(Object.fromEntries(found)).toEqual(taken);
  });
});
