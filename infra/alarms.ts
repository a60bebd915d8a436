import type { Reason } from '../shared/decisions/plan.ts';
import { type MetricName, metricNamespace } from '../shared/telemetry/metrics.ts';
import { getAtt, type Intrinsic, type Resources, ref } from './cloudformation.ts';
import { deadLetterQueueLogicalId, functionLogicalId, lambdaFunctions } from './functions.ts';

interface AlarmSpec {
  readonly name: string;
  /** What it means and what to do, for whoever it wakes. */
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions?: Readonly<Record<string, string | Intrinsic>>;
  readonly statistic: 'Sum' | 'Maximum';
  readonly periodSeconds: number;
  /** M of N periods. */
  readonly datapoints: readonly [number, number];
  /** In the metric's own unit; here always a count. */
  readonly threshold: number;
  readonly comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  readonly missing: 'notBreaching' | 'breaching';
}

function alarm(spec: AlarmSpec) {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `\${self:custom.namePrefix}-${spec.name}`,
      AlarmDescription: spec.description,
      Namespace: spec.namespace,
      MetricName: spec.metric,
      ...(spec.dimensions === undefined
        ? {}
        : { Dimensions: Object.entries(spec.dimensions).map(([Name, Value]) => ({ Name, Value })) }),
      Statistic: spec.statistic,
      Period: spec.periodSeconds,
      DatapointsToAlarm: spec.datapoints[0],
      EvaluationPeriods: spec.datapoints[1],
      Threshold: spec.threshold,
      ComparisonOperator: spec.comparison,
      TreatMissingData: spec.missing,
      AlarmActions: `\${param:alarmActions}`,
    },
  };
}

const own = (metric: MetricName) => ({ namespace: metricNamespace, metric });

const onDemandShortage = alarm({
  name: 'on-demand-shortage',
  description:
    'Spot is short and on-demand capacity or its vCPU quota is exhausted too (one decision or more in 5 minutes). Ballast ' +
    'backs off and tries again. Check the Fargate On-Demand vCPU quota, max-bridge and the subnets of the service.',
  // OnDemandShortage itself has a dimension per cluster, which an alarm for all clusters cannot name; the decisions of
  // that reason are counted over all of them.
  ...own('Decisions'),
  dimensions: { Reason: 'on_demand_shortage' satisfies Reason },
  statistic: 'Sum',
  periodSeconds: 300,
  datapoints: [1, 1],
  threshold: 0,
  comparison: 'GreaterThanThreshold',
  missing: 'notBreaching',
});

const strategyRestoredAgain = alarm({
  name: 'strategy-restored-externally-again',
  description:
    'Somebody put the original capacity provider strategy of a service back, twice within 24 hours, while Ballast had ' +
    'shifted it to on-demand (one decision or more in 24 hours). Both replace every task. Read the decisions with reason ' +
    'strategy_restored_externally_again for the service, and look in CloudTrail for who called UpdateService: most often ' +
    'a pipeline that deploys the template, or a circuit breaker or deployment alarm that rolls the shift back. Let the ' +
    'pipeline leave capacityProviderStrategy alone, or tag the service fallback = bridge or none.',
  ...own('Decisions'),
  dimensions: { Reason: 'strategy_restored_externally_again' satisfies Reason },
  statistic: 'Sum',
  // One in the last day keeps it in ALARM: the quarrel comes back with the next cool-down, not with the next minute.
  periodSeconds: 3600,
  datapoints: [1, 24],
  threshold: 0,
  comparison: 'GreaterThanThreshold',
  missing: 'notBreaching',
});

const reconcileHeartbeat = alarm({
  name: 'reconcile-heartbeat',
  description:
    'reconcile has not finished for 5 minutes (it runs every minute). Notices are still handled, but nothing that events ' +
    'missed is found and bridges stay up. Read the log of reconcile; check that its schedule is enabled.',
  ...own('ReconcileHeartbeat'),
  statistic: 'Sum',
  periodSeconds: 60,
  datapoints: [5, 5],
  threshold: 1,
  comparison: 'LessThanThreshold',
  missing: 'breaching',
});

function deadLetters(queue: string, what: string, whatToDo: string) {
  return alarm({
    name: `${kebab(queue)}-not-empty`,
    description: `${what} (one message or more). ${whatToDo}`,
    namespace: 'AWS/SQS',
    metric: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: getAtt(queue, 'QueueName') },
    statistic: 'Maximum',
    periodSeconds: 60,
    datapoints: [1, 1],
    threshold: 0,
    comparison: 'GreaterThanThreshold',
    missing: 'notBreaching',
  });
}

function functionErrors(name: string, logicalId: string) {
  return alarm({
    name: `${name}-errors`,
    description:
      `The function ${name} failed as a whole (3 invocations or more in each of 2 of 3 minutes). Messages are delivered ` +
      'again and then go to the dead-letter queue. Read its log; a wrong setting makes every invocation fail.',
    namespace: 'AWS/Lambda',
    metric: 'Errors',
    dimensions: { FunctionName: ref(logicalId) },
    statistic: 'Sum',
    periodSeconds: 60,
    datapoints: [2, 3],
    threshold: 2,
    comparison: 'GreaterThanThreshold',
    missing: 'notBreaching',
  });
}

function kebab(logicalId: string): string {
  return logicalId.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
}

/** The alarms of the stack. They notify `params.alarmActions` of serverless.yml. */
export function alarms(): Resources {
  const perFunction = lambdaFunctions.map((lambda) => [
    `${functionLogicalId(lambda).replace(/LambdaFunction$/, '')}ErrorsAlarm`,
    functionErrors(lambda.name, functionLogicalId(lambda)),
  ]);
  const perQueue = lambdaFunctions.map((lambda) => {
    const queue = deadLetterQueueLogicalId(lambda.queue);
    return [
      `${queue}Alarm`,
      deadLetters(
        queue,
        `${lambda.name} could not handle messages of ${lambda.queue}`,
        'Their bytes are kept for 14 days. Read one and the log of the function; reconcile covers what they asked for, ' +
          'so do not redrive old notices and decisions.',
      ),
    ];
  });
  return {
    OnDemandShortageAlarm: onDemandShortage,
    StrategyRestoredAgainAlarm: strategyRestoredAgain,
    ReconcileHeartbeatAlarm: reconcileHeartbeat,
    ...Object.fromEntries(perFunction),
    ...Object.fromEntries(perQueue),
    UndeliveredEventsQueueAlarm: deadLetters(
      'UndeliveredEventsQueue',
      'EventBridge could not deliver events to a queue of Ballast',
      'The message attributes RULE_ARN and ERROR_CODE say which rule and why; most often a queue policy was changed.',
    ),
  };
}
