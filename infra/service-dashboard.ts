import { metricNamespace } from '../shared/telemetry/metrics.ts';
import { prefix } from './alarm.ts';
import { servicesWidget } from './custom-widget.ts';
import { body, type DashboardBody, graph, logTable, ofNamespace, ofOurs, text, type Variable } from './dashboard.ts';

/** Stand in the JSON for what is picked; no cluster and no service is called so. */
const clusterName = 'the-cluster-that-is-picked';
const serviceName = 'the-service-that-is-picked';

const inCluster = { ClusterName: clusterName };
const ofService = { ClusterName: clusterName, ServiceName: serviceName };
const providers = ['FARGATE_SPOT', 'FARGATE'];

function picked(id: string, label: string, pattern: string, populateFrom: string): Variable {
  return {
    type: 'pattern',
    pattern,
    inputType: 'select',
    id,
    label,
    visible: true,
    // Every enrolled service has this one.
    search: `{${metricNamespace},ClusterName,ServiceName} MetricName="Mode"`,
    populateFrom,
    defaultValue: '__FIRST',
  };
}

const serviceArnEnds = `serviceArn like /\\/${clusterName}\\/${serviceName}$/`;

/** One service: what it runs on, what it lacks, and why Ballast did what it did. */
export function serviceDashboardBody(): DashboardBody {
  return body(
    [
      [
        text(
          3,
          '# Ballast: one service',
          'Pick the cluster and the service above. **What it runs on** stays at the desired count while Ballast covers what ' +
            'Spot takes: the on-demand part grows as the Spot part shrinks. **What it lacks** is what its bridge has to ' +
            'cover; a shortfall above the bridge for minutes is what its users feel. **Why** is in *Decisions about this ' +
            'service*: the newest first, each with its reason in words.',
          'Titles with *in the cluster* are about all enrolled services of the cluster. `RunningTaskCount` and the like are ' +
            'from Container Insights and empty where the cluster has it off; CPU and memory are from Amazon ECS.',
        ),
      ],
      [servicesWidget('Now, and what happened', { cluster: clusterName, service: serviceName }, 14)],
      [
        graph(
          {
            title: 'What it runs on',
            stacked: true,
            stat: 'Average',
            metrics: [
              ofOurs('SpotRunning', ofService, { label: 'Spot' }),
              ofOurs('OnDemandRunning', ofService, { label: 'on demand' }),
            ],
          },
          12,
        ),
        graph(
          {
            title: 'What it lacks, and its bridge',
            stat: 'Maximum',
            metrics: [
              ofOurs('Shortfall', ofService, { label: 'it lacks' }),
              ofOurs('BridgeDesired', ofService, { label: 'its bridge is asked for' }),
              ofNamespace('ECS/ContainerInsights', 'DesiredTaskCount', ofService, { label: 'desired' }),
              ofNamespace('ECS/ContainerInsights', 'RunningTaskCount', ofService, { label: 'running' }),
              ofNamespace('ECS/ContainerInsights', 'PendingTaskCount', ofService, { label: 'pending' }),
            ],
          },
          12,
        ),
      ],
      [
        graph({
          title: 'Spot notices',
          stat: 'Sum',
          metrics: [
            ofOurs('Notices', ofService, { label: 'of this service' }),
            ofOurs('Notices', inCluster, { label: 'in the cluster' }),
          ],
        }),
        graph({
          title: 'How Ballast treats it',
          stat: 'Maximum',
          yAxis: { left: { min: 0, max: 3, showUnits: false } },
          metrics: [ofOurs('Mode', ofService, { label: 'mode' })],
          annotations: {
            horizontal: [
              { label: 'observe', value: 0 },
              { label: 'act', value: 1 },
              { label: 'paused', value: 2 },
              { label: 'a tag is wrong', value: 3 },
            ],
          },
        }),
        graph({
          title: 'Load on those that run in %, and what is missing',
          stat: 'Average',
          yAxis: { left: { min: 0, label: '%' }, right: { min: 0, label: 'tasks' } },
          metrics: [
            ofNamespace('AWS/ECS', 'CPUUtilization', ofService, { label: 'CPU' }),
            ofNamespace('AWS/ECS', 'MemoryUtilization', ofService, { label: 'memory' }),
            ofOurs('Shortfall', ofService, { label: 'it lacks', stat: 'Maximum', yAxis: 'right' }),
          ],
        }),
      ],
      [
        logTable(
          'Decisions about this service',
          `/aws/lambda/${prefix}-decide`,
          'fields @timestamp, reason, explanation, cause, mode' +
            ` | filter message = "decision" and ${serviceArnEnds}` +
            ' | sort @timestamp desc | limit 50',
          24,
          8,
        ),
      ],
      [
        logTable(
          'Failed deployments of this service',
          `/aws/lambda/${prefix}-diagnose`,
          'fields @timestamp, diagnosis.class, diagnosis.cause, diagnosis.summary, answer.reason' +
            ` | filter message = "deployment diagnosed" and ${serviceArnEnds}` +
            ' | sort @timestamp desc | limit 20',
          16,
        ),
        graph({
          title: 'Deployments: under way here, failed in the cluster',
          stat: 'Maximum',
          metrics: [
            ofNamespace('ECS/ContainerInsights', 'DeploymentCount', ofService, { label: 'under way' }),
            ofOurs('DeploymentFailures', inCluster, { label: 'failed in the cluster', stat: 'Sum' }),
          ],
        }),
      ],
      [
        graph({
          title: 'Checkpoints in the cluster',
          stat: 'Sum',
          metrics: [
            ofOurs('CheckpointsRequested', inCluster, { label: 'requested' }),
            ofOurs('CheckpointsExpired', inCluster, { label: 'expired' }),
            ofOurs('TasksResumed', inCluster, { label: 'jobs started again' }),
          ],
        }),
        graph({
          title: 'In the cluster: seconds to RUNNING, p50 and p95',
          stat: 'p50',
          metrics: providers.flatMap((CapacityProvider) =>
            (['p50', 'p95'] as const).map((stat) =>
              ofOurs('LaunchTime', { ...inCluster, CapacityProvider }, { label: `${CapacityProvider} ${stat}`, stat }),
            ),
          ),
        }),
        graph({
          title: 'In the cluster: s to whole again, s left of a notice',
          stat: 'Maximum',
          metrics: [
            ofOurs('TimeToWhole', inCluster, { label: 'to whole' }),
            ofOurs('NoticeTimeLeft', inCluster, { label: 'left of a notice', stat: 'Minimum' }),
          ],
        }),
      ],
    ],
    [
      picked('cluster', 'Cluster', clusterName, 'ClusterName'),
      picked('service', 'Service', serviceName, 'ServiceName'),
    ],
  );
}
