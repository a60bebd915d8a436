import { deploymentFailureClasses } from '../shared/decisions/diagnosis/diagnosis.ts';
import { reasons } from '../shared/decisions/plan.ts';
import { reportOutcomes } from '../shared/decisions/report.ts';
import { resumeEnds, resumeWaits } from '../shared/decisions/work.ts';
import type { HookFailure } from '../shared/ports/hooks.ts';
import type { MetricName } from '../shared/telemetry/metrics.ts';
import { queueFunctions } from './functions.ts';

/** Where the values of a dimension come from: a list in code, or so many as the account has. Never free text. */
export type Bound = readonly string[] | 'clusters' | 'services' | 'zones';

/** Dimension name → its values. CloudWatch bills every combination that is published as a metric of its own. */
export type DimensionSet = Readonly<Record<string, Bound>>;

export interface CatalogueEntry {
  /** Published with each of these sets; a query has to name one exactly. */
  readonly dimensions: readonly DimensionSet[];
  readonly meaning: string;
  readonly when: string;
  /** `emf`: in a log line of a function. `gauge`: by PutMetricData, every minute, from `reconcile`. */
  readonly by: 'emf' | 'gauge';
}

const stack: DimensionSet = {};
const cluster: DimensionSet = { ClusterName: 'clusters' };
const service: DimensionSet = { ClusterName: 'clusters', ServiceName: 'services' };
const hookFailures: readonly HookFailure[] = [
  'timeout',
  'error',
  'throttled',
  'refused',
  'reply_too_large',
  'reply_invalid',
];

const atNotice = 'a Spot notice of an enrolled service or job is handled';
const atDecision = 'a decision';
const everyMinute = 'every minute';

/** Every metric in the namespace `Ballast`. Units are in shared/telemetry/metrics.ts, where the functions have them. */
export const metricCatalogue: Readonly<Record<MetricName, CatalogueEntry>> = {
  Notices: {
    dimensions: [cluster, service],
    meaning:
      'Spot notices, one per task: its later statuses carry the notice again. One whose handling failed at first may count twice. The service is counted where it is enrolled.',
    when: atNotice,
    by: 'emf',
  },
  NoticeLag: {
    dimensions: [cluster],
    meaning: 'From the time in the event, or from `stoppingAt` where that is earlier, to the end of its handling.',
    when: atNotice,
    by: 'emf',
  },
  NoticeTimeLeft: {
    dimensions: [cluster],
    meaning: 'Of the two minutes that a notice is worth, what is left when it is handled.',
    when: atNotice,
    by: 'emf',
  },
  LateNotices: {
    dimensions: [stack],
    meaning:
      '1 for a notice that was handled more than 30 s after it was given, 0 for any other. With the default stopTimeout the task is gone by then.',
    when: atNotice,
    by: 'emf',
  },
  Interruptions: {
    dimensions: [{ AvailabilityZone: 'zones' }],
    meaning: 'Spot notices by Availability Zone; `unknown` where the event names none.',
    when: atNotice,
    by: 'emf',
  },
  UnclassifiedSpotStops: {
    dimensions: [stack, cluster],
    meaning: 'FARGATE_SPOT tasks that were told to stop by an event that does not say why; ECS was asked.',
    when: 'such an event is handled',
    by: 'emf',
  },
  LaunchTime: {
    dimensions: [{ ClusterName: 'clusters', CapacityProvider: ['FARGATE', 'FARGATE_SPOT', 'other'] }],
    meaning:
      'From the creation of a task to RUNNING; look at p50 and p95. A target group may take longer to call it healthy.',
    when: 'a task of an enrolled service or of its bridge comes to RUNNING',
    by: 'emf',
  },
  Decisions: {
    dimensions: [cluster, { Reason: reasons }],
    meaning: 'Decisions about capacity, also those to do nothing.',
    when: atDecision,
    by: 'emf',
  },
  Holds: {
    dimensions: [{ Reason: reasons }],
    meaning: 'Those of the decisions that ask ECS for nothing.',
    when: atDecision,
    by: 'emf',
  },
  CommandsFailed: {
    dimensions: [cluster],
    meaning: 'Writes to ECS, load balancers and registries that failed or were refused.',
    when: `${atDecision}, also 0`,
    by: 'emf',
  },
  BridgeGrown: {
    dimensions: [cluster],
    meaning: 'On-demand tasks asked for in bridges.',
    when: 'a decision grows a bridge',
    by: 'emf',
  },
  BridgeReturned: {
    dimensions: [cluster],
    meaning: 'On-demand tasks given back.',
    when: 'a decision makes a bridge smaller',
    by: 'emf',
  },
  CapacityProviderRebalanced: {
    dimensions: [cluster],
    meaning: 'Capacity provider strategies rewritten, there and back.',
    when: 'a decision rewrites one',
    by: 'emf',
  },
  TargetsDeregistered: {
    dimensions: [cluster],
    meaning: 'Targets and Cloud Map instances of tasks under notice that were taken out.',
    when: 'a decision takes some out',
    by: 'emf',
  },
  OnDemandShortage: {
    dimensions: [cluster],
    meaning: '1 for a decision that finds on-demand short as well, 0 for any other.',
    when: atDecision,
    by: 'emf',
  },
  PolicyInvalid: {
    dimensions: [cluster],
    meaning: 'Decisions that a wrong tag held, and notices whose task names no hook of the policy.',
    when: 'the tag or the name is read',
    by: 'emf',
  },
  TimeToWhole: {
    dimensions: [cluster],
    meaning:
      'How long Spot had left a service below what is wanted: from the first notice, or the finding, to RUNNING of the last task that it lacked, on Spot or in its bridge.',
    when: 'the decision that finds it whole again, in mode act',
    by: 'emf',
  },
  BelowDesiredTime: {
    dimensions: [stack],
    meaning:
      'For how long the service that is decided about has had fewer tasks than wanted, its bridge counted; what a deployment merely replaces is not missing. The maximum is that of the worst one.',
    when: 'a decision in mode act while it is so, about every minute',
    by: 'emf',
  },
  BridgeOpenTime: {
    dimensions: [stack],
    meaning: 'Age of a bridge that is asked for tasks. The maximum is that of the oldest.',
    when: 'a decision while it is so, about every minute',
    by: 'emf',
  },
  StrategyShiftedTime: {
    dimensions: [stack],
    meaning:
      'For how long the capacity provider strategy of a service has been shifted to on-demand. The maximum is that of the longest.',
    when: 'a decision while it is so, every 15 minutes at least',
    by: 'emf',
  },
  DeploymentFailures: {
    dimensions: [cluster, { Class: deploymentFailureClasses }, { Tier: ['production'] }],
    meaning:
      'Deployments that failed or do not come forward, by the class of their cause. The tier is counted where `ballast:tier` = `production`.',
    when: 'one is diagnosed',
    by: 'emf',
  },
  DeploymentsRolledBack: {
    dimensions: [stack],
    meaning: 'Failed deployments that Ballast rolls back.',
    when: 'one is diagnosed',
    by: 'emf',
  },
  CheckpointsRequested: {
    dimensions: [cluster],
    meaning: 'Tasks under notice that were asked for a checkpoint.',
    when: atNotice,
    by: 'emf',
  },
  CheckpointsReported: {
    dimensions: [{ Outcome: reportOutcomes }],
    meaning: 'Reports of checkpoints, by what became of them.',
    when: 'a task or a hook reports',
    by: 'emf',
  },
  CheckpointsExpired: {
    dimensions: [stack, cluster],
    meaning: 'Requests that nobody answered in time.',
    when: 'the deadline and the wait of the hook are over',
    by: 'emf',
  },
  CheckpointDuration: {
    dimensions: [cluster],
    meaning: 'From the request to the report.',
    when: 'a report answers a request',
    by: 'emf',
  },
  CheckpointTimeLeft: {
    dimensions: [cluster],
    meaning: 'From the report to the deadline.',
    when: 'a report answers a request',
    by: 'emf',
  },
  HookFailures: {
    dimensions: [{ Failure: hookFailures }],
    meaning: 'Calls of checkpoint hooks that gave no answer of use.',
    when: 'a hook was called',
    by: 'emf',
  },
  TasksResumed: {
    dimensions: [cluster],
    meaning: 'Reclaimed jobs that were started again.',
    when: 'ECS has started one',
    by: 'emf',
  },
  WorkLost: {
    dimensions: [cluster],
    meaning: 'Work that a job does twice: from its restore point, or its start, to its end.',
    when: 'ECS has started it again',
    by: 'emf',
  },
  TasksNotResumed: {
    dimensions: [{ Reason: resumeEnds }],
    meaning: 'Tasks that are not started again, and why.',
    when: 'that is certain',
    by: 'emf',
  },
  ResumesFailed: {
    dimensions: [cluster],
    meaning: 'Those of them that wanted to go on.',
    when: 'that is certain',
    by: 'emf',
  },
  ResumesWaiting: {
    dimensions: [{ Reason: resumeWaits }],
    meaning: 'Looks at jobs that are to go on, but not yet.',
    when: 'such a look',
    by: 'emf',
  },
  PoisonMessages: {
    dimensions: [{ Function: queueFunctions.map(({ name }) => name) }],
    meaning: 'Messages that can never be handled. Their bytes go to the dead-letter queue.',
    when: 'one is received',
    by: 'emf',
  },
  SpotTaskSeconds: {
    dimensions: [cluster],
    meaning: 'Seconds that tasks on Spot were billed for.',
    when: 'a task of an enrolled service or a job has stopped, once',
    by: 'emf',
  },
  OnDemandTaskSeconds: {
    dimensions: [cluster],
    meaning: 'Seconds that tasks on demand were billed for.',
    when: 'a task of an enrolled service, of its bridge, or a job has stopped, once',
    by: 'emf',
  },
  Saving: {
    dimensions: [cluster],
    meaning: 'US dollars: what the task on Spot would have cost more on demand, by the configured rates.',
    when: 'a task on Spot has stopped, once',
    by: 'emf',
  },
  BridgePremium: {
    dimensions: [cluster],
    meaning: 'US dollars: what the task of a bridge cost more than it would have on Spot, by the configured rates.',
    when: 'a task of a bridge has stopped, once',
    by: 'emf',
  },
  ReconcileHeartbeat: {
    dimensions: [stack],
    meaning: '1 for a finished pass.',
    when: everyMinute,
    by: 'gauge',
  },
  EnrolledServices: {
    dimensions: [stack],
    meaning: 'Services that opted in and exist.',
    when: everyMinute,
    by: 'gauge',
  },
  PausedServices: {
    dimensions: [stack],
    meaning: 'Those of them that a person has paused, alone or with all.',
    when: everyMinute,
    by: 'gauge',
  },
  OrphanedBridges: {
    dimensions: [stack],
    meaning: 'Bridges that stand and belong to no enrolled service.',
    when: everyMinute,
    by: 'gauge',
  },
  ServicesBelowDesired: {
    dimensions: [cluster],
    meaning:
      'Services in mode act that with their bridge run fewer tasks than desired, and no deployment is under way.',
    when: everyMinute,
    by: 'gauge',
  },
  ServicesWithoutSpot: {
    dimensions: [cluster],
    meaning:
      'Services for which ECS has no Spot task under way though some are missing, while Spot could not place one in the cluster within 30 minutes.',
    when: everyMinute,
    by: 'gauge',
  },
  SpotDownTime: {
    dimensions: [cluster],
    meaning: '60 in a minute in which there is such a service, else 0: the sum over a day is how long Spot was down.',
    when: everyMinute,
    by: 'gauge',
  },
  BridgesOpen: {
    dimensions: [cluster],
    meaning: 'Bridges that are asked for tasks.',
    when: everyMinute,
    by: 'gauge',
  },
  SavingPerHour: {
    dimensions: [cluster],
    meaning:
      'US dollars an hour that the running Spot tasks save, by the configured rates; without services of which no task has told its size.',
    when: everyMinute,
    by: 'gauge',
  },
  BridgePremiumPerHour: {
    dimensions: [cluster],
    meaning: 'US dollars an hour that the running tasks of bridges cost more than they would on Spot.',
    when: everyMinute,
    by: 'gauge',
  },
  SpotRunning: {
    dimensions: [cluster, service],
    meaning: 'Tasks of services that run, where the strategy names the Spot provider.',
    when: everyMinute,
    by: 'gauge',
  },
  OnDemandRunning: {
    dimensions: [cluster, service],
    meaning: 'Tasks of bridges that run, and of services whose strategy names no Spot provider.',
    when: everyMinute,
    by: 'gauge',
  },
  Shortfall: {
    dimensions: [cluster, service],
    meaning: 'Tasks that services themselves lack, whatever their bridges cover.',
    when: everyMinute,
    by: 'gauge',
  },
  BridgeDesired: {
    dimensions: [service],
    meaning: 'Tasks that its bridge is asked for.',
    when: everyMinute,
    by: 'gauge',
  },
  Mode: {
    dimensions: [service],
    meaning: '0 observe, 1 act, 2 paused by a person, 3 held because a tag is wrong.',
    when: everyMinute,
    by: 'gauge',
  },
};

/** `ClusterName,ServiceName`, in the order in which queries and tests write it. */
export function dimensionNames(set: DimensionSet): string[] {
  return Object.keys(set).sort();
}
