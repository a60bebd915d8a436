import { metricAlarms } from './alarms.ts';
import { compositeAlarms } from './composite-alarms.ts';
import { servicesWidget } from './custom-widget.ts';
import {
  alarmStates,
  body,
  type DashboardBody,
  each,
  graph,
  ofNamespace,
  ofOurs,
  summedOver,
  text,
  topTen,
} from './dashboard.ts';
import { functionLogicalId, lambdaFunctions } from './functions.ts';

const service = ['ClusterName', 'ServiceName'];
const cluster = ['ClusterName'];
const hourSeconds = 3_600;

/** Alarms that somebody is told of: those that only feed a composite one would hide them. */
const told = Object.keys({
  ...compositeAlarms,
  ...Object.fromEntries(Object.entries(metricAlarms).filter(([, { notifies }]) => notifies !== 'composite')),
});

/** Is Spot calm, is everything running, what does it cost us: the first look at an incident, top to bottom. */
export function fleetDashboardBody(): DashboardBody {
  return body([
    [
      text(
        4,
        '# Ballast: fleet',
        '**Ten seconds:** the alarms are green, nothing is *below desired*, *without Spot* is 0. ' +
          '**Spot is short, and covered:** services are without Spot, bridges are open, nothing is below desired. It costs ' +
          'on-demand, see *Money*. **Spot is short, and not covered:** something stays below desired: read *Decisions by ' +
          'reason*; `on_demand_shortage`, `bridge_at_cap` and `budget_exhausted` say what is in the way.',
        'Times are UTC. A line is a cluster unless its title says otherwise. One service: the dashboard *service*. Each ' +
          'alarm has an entry in the runbook.',
      ),
    ],
    [
      alarmStates(
        'Alarms',
        told.map((logicalId) => `\${${logicalId}.Arn}`),
        4,
      ),
    ],
    [
      graph(
        {
          title: 'Now',
          view: 'singleValue',
          stat: 'Maximum',
          metrics: [
            ofOurs('EnrolledServices', {}, { label: 'services enrolled' }),
            ofOurs('PausedServices', {}, { label: 'of them paused' }),
            summedOver('ServicesBelowDesired', 'ClusterName', 'below', 'below desired'),
            summedOver('ServicesWithoutSpot', 'ClusterName', 'without', 'without Spot'),
            summedOver('BridgesOpen', 'ClusterName', 'open', 'bridges open'),
            ofOurs('OrphanedBridges', {}, { label: 'bridges of nobody' }),
          ],
        },
        24,
        3,
      ),
    ],
    [servicesWidget('Services, those in trouble first', {}, 12)],
    [text(1, '## What is reclaimed')],
    [
      graph({
        title: 'Spot notices',
        stacked: true,
        stat: 'Sum',
        metrics: [each('Notices', cluster, 'Sum', 'notices')],
      }),
      graph({
        title: 'Spot notices by Availability Zone',
        stacked: true,
        stat: 'Sum',
        metrics: [each('Interruptions', ['AvailabilityZone'], 'Sum', 'zones')],
      }),
      graph({
        title: 'Spot down, seconds of each hour',
        stat: 'Sum',
        period: hourSeconds,
        metrics: [each('SpotDownTime', cluster, 'Sum', 'down', hourSeconds)],
      }),
    ],
    [text(1, '## What is short')],
    [
      graph({
        title: 'Services below desired, bridges counted',
        stat: 'Maximum',
        metrics: [each('ServicesBelowDesired', cluster, 'Maximum', 'below')],
      }),
      graph({
        title: 'Services without Spot',
        stat: 'Maximum',
        metrics: [each('ServicesWithoutSpot', cluster, 'Maximum', 'without')],
      }),
      graph({
        title: 'Tasks that services themselves lack: the worst ten',
        stat: 'Maximum',
        metrics: [topTen('Shortfall', service, 'Maximum', 'lacking')],
      }),
    ],
    [
      graph({
        title: 'Running on Spot',
        stacked: true,
        stat: 'Average',
        metrics: [each('SpotRunning', cluster, 'Average', 'spot')],
      }),
      graph({
        title: 'Running on demand',
        stacked: true,
        stat: 'Average',
        metrics: [each('OnDemandRunning', cluster, 'Average', 'ondemand')],
      }),
      graph({
        title: 'Tasks missing',
        stacked: true,
        stat: 'Maximum',
        metrics: [each('Shortfall', cluster, 'Maximum', 'missing')],
      }),
    ],
    [
      graph({
        title: 'Seconds to whole again',
        stat: 'Maximum',
        metrics: [each('TimeToWhole', cluster, 'Maximum', 'whole')],
      }),
      graph({
        title: 'What lasts, in seconds: the worst service',
        stat: 'Maximum',
        metrics: [
          ofOurs('BelowDesiredTime', {}, { label: 'below desired' }),
          ofOurs('BridgeOpenTime', {}, { label: 'bridge open' }),
          ofOurs('StrategyShiftedTime', {}, { label: 'strategy shifted' }),
        ],
      }),
      graph({
        title: 'Seconds from creation to RUNNING, p50 and p95',
        stat: 'p95',
        metrics: [
          each('LaunchTime', ['ClusterName', 'CapacityProvider'], 'p50', 'median'),
          each('LaunchTime', ['ClusterName', 'CapacityProvider'], 'p95', 'slow'),
        ],
      }),
    ],
    [text(1, '## What Ballast does about it')],
    [
      graph({
        title: 'Decisions by reason',
        stacked: true,
        stat: 'Sum',
        metrics: [each('Decisions', ['Reason'], 'Sum', 'reasons')],
      }),
      graph({
        title: 'Holds by reason: decisions to do nothing',
        stacked: true,
        stat: 'Sum',
        metrics: [each('Holds', ['Reason'], 'Sum', 'holds')],
      }),
      graph({
        title: 'What was done, in all clusters',
        stat: 'Sum',
        metrics: [
          summedOver('BridgeGrown', 'ClusterName', 'grown', 'tasks bridged'),
          summedOver('BridgeReturned', 'ClusterName', 'returned', 'tasks given back'),
          summedOver('CapacityProviderRebalanced', 'ClusterName', 'rewritten', 'strategies rewritten'),
          summedOver('TargetsDeregistered', 'ClusterName', 'deregistered', 'targets deregistered'),
          summedOver('OnDemandShortage', 'ClusterName', 'short', 'on-demand short'),
          summedOver('CommandsFailed', 'ClusterName', 'failed', 'failed or refused'),
        ],
      }),
    ],
    [
      graph({
        title: 'Bridges open',
        stacked: true,
        stat: 'Maximum',
        metrics: [each('BridgesOpen', cluster, 'Maximum', 'bridges')],
      }),
      graph({
        title: 'Deployments failed by class, and rolled back',
        stacked: true,
        stat: 'Sum',
        metrics: [
          each('DeploymentFailures', ['Class'], 'Sum', 'classes'),
          ofOurs('DeploymentsRolledBack', {}, { label: 'rolled back' }),
        ],
      }),
      graph({
        title: 'Decisions of each cluster',
        stacked: true,
        stat: 'Sum',
        metrics: [each('Decisions', cluster, 'Sum', 'decisions')],
      }),
    ],
    [text(1, '## Money: US dollars, by the rates in infra/policy.yml')],
    [
      graph({
        title: 'Saved by tasks that have stopped, each hour',
        stat: 'Sum',
        period: hourSeconds,
        metrics: [each('Saving', cluster, 'Sum', 'saving', hourSeconds)],
      }),
      graph({
        title: 'Premium of bridges that have stopped, each hour',
        stat: 'Sum',
        period: hourSeconds,
        metrics: [each('BridgePremium', cluster, 'Sum', 'premium', hourSeconds)],
      }),
      graph({
        title: 'At this moment, an hour: saved and premium',
        stat: 'Average',
        metrics: [
          each('SavingPerHour', cluster, 'Average', 'rate'),
          each('BridgePremiumPerHour', cluster, 'Average', 'surcharge'),
        ],
      }),
    ],
    [
      graph(
        {
          title: 'Seconds that were billed, in all clusters: the share of Spot',
          stacked: true,
          stat: 'Sum',
          metrics: [
            summedOver('SpotTaskSeconds', 'ClusterName', 'spot', 'on Spot'),
            summedOver('OnDemandTaskSeconds', 'ClusterName', 'ondemand', 'on demand'),
          ],
        },
        24,
        4,
      ),
    ],
    [text(1, '## Jobs: checkpoints and new starts')],
    [
      graph({
        title: 'Checkpoints: asked, expired, and reported by outcome',
        stat: 'Sum',
        metrics: [
          summedOver('CheckpointsRequested', 'ClusterName', 'requested', 'requested'),
          ofOurs('CheckpointsExpired', {}, { label: 'expired' }),
          each('CheckpointsReported', ['Outcome'], 'Sum', 'outcomes'),
        ],
      }),
      graph({
        title: 'Checkpoints: ms from request to report, s left',
        stat: 'Maximum',
        yAxis: { left: { min: 0, label: 'ms' }, right: { min: 0, label: 's' } },
        metrics: [
          each('CheckpointDuration', cluster, 'Maximum', 'duration'),
          rightAxis(each('CheckpointTimeLeft', cluster, 'Minimum', 'left')),
        ],
      }),
      graph({
        title: 'Jobs started again, seconds lost, others',
        stat: 'Sum',
        yAxis: { left: { min: 0 }, right: { min: 0, label: 's' } },
        metrics: [
          summedOver('TasksResumed', 'ClusterName', 'resumed', 'started again'),
          summedOver('ResumesFailed', 'ClusterName', 'failed', 'wanted to go on, and cannot'),
          rightAxis(summedOver('WorkLost', 'ClusterName', 'lost', 'seconds lost')),
          each('TasksNotResumed', ['Reason'], 'Sum', 'ends'),
          each('ResumesWaiting', ['Reason'], 'Sum', 'waits'),
        ],
      }),
    ],
    [text(1, '## Ballast itself')],
    [
      graph({
        title: 'Notices: ms until they are handled, s left',
        stat: 'Maximum',
        yAxis: { left: { min: 0, label: 'ms' }, right: { min: 0, max: 120, label: 's' } },
        metrics: [
          each('NoticeLag', cluster, 'p95', 'lag'),
          rightAxis(each('NoticeTimeLeft', cluster, 'Minimum', 'left')),
        ],
      }),
      graph({
        title: 'What is not as it should be',
        stat: 'Sum',
        metrics: [
          ofOurs('LateNotices', {}, { label: 'late notices' }),
          ofOurs('UnclassifiedSpotStops', {}, { label: 'unclassified stops' }),
          summedOver('PolicyInvalid', 'ClusterName', 'policy', 'wrong tags and hooks'),
          each('HookFailures', ['Failure'], 'Sum', 'hooks'),
          each('PoisonMessages', ['Function'], 'Sum', 'poison'),
        ],
      }),
      graph({
        title: 'Passes of reconcile, and errors of functions',
        stat: 'Sum',
        metrics: [
          ofOurs('ReconcileHeartbeat', {}, { label: 'reconcile passes' }),
          ...lambdaFunctions.map((lambda) =>
            ofNamespace(
              'AWS/Lambda',
              'Errors',
              { FunctionName: `\${${functionLogicalId(lambda)}}` },
              { label: `${lambda.name} errors` },
            ),
          ),
        ],
      }),
    ],
  ]);
}

function rightAxis([expression]: readonly unknown[]): unknown[] {
  return [{ ...(expression as Readonly<Record<string, unknown>>), yAxis: 'right' }];
}
