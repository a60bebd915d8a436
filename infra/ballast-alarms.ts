import { type AlarmSpec, own, prefix, tailOf } from './alarm.ts';
import { getAtt, ref } from './cloudformation.ts';
import { deadLetterQueueLogicalId, functionLogicalId, queueFunctions } from './functions.ts';

const counted = {
  statistic: 'Sum',
  periodSeconds: 300,
  datapoints: [1, 1],
  comparison: 'GreaterThanThreshold',
  threshold: 0,
  missing: 'notBreaching',
} as const;

/** About Ballast itself. */
const single = {
  LateNoticesAlarm: {
    name: 'late-notices',
    meaning:
      'A Spot notice was handled more than 30 s after its event. With the default stopTimeout its task was gone by then.',
    look: tailOf('on-spot-notice', '{ $.message = "notice" && $.lagMs > 30000 }'),
    ...own('LateNotices'),
    ...counted,
    notifies: 'ticket',
  },
  CheckpointsExpiredAlarm: {
    name: 'checkpoints-expired',
    meaning:
      'A task under notice was asked for a checkpoint and nobody reported in time. The job begins again further back.',
    look: tailOf('resume', '{ $.message = "checkpoint expired*" }'),
    ...own('CheckpointsExpired'),
    ...counted,
    notifies: 'ticket',
  },
  UnclassifiedStopsAlarm: {
    name: 'unclassified-stops',
    meaning:
      'A FARGATE_SPOT task was told to stop by an event that does not say why. AWS may have changed its notices.',
    look: tailOf('on-spot-notice', '{ $.message = "unclassified*" }'),
    ...own('UnclassifiedSpotStops'),
    ...counted,
    notifies: 'ticket',
  },
  OrphanedBridgeAlarm: {
    name: 'orphaned-bridge',
    meaning:
      'A bridge stands that belongs to no enrolled service, for half an hour: it costs on-demand and stands in for nobody.',
    look: 'aws resourcegroupstaggingapi get-resources --tag-filters Key=ballast:bridge-of --resource-type-filters ecs:service',
    ...own('OrphanedBridges'),
    ...counted,
    statistic: 'Maximum',
    // Taking a bridge down is a matter of minutes.
    datapoints: [6, 6],
    notifies: 'ticket',
  },
  ReconcileHeartbeatAlarm: {
    name: 'reconcile-heartbeat',
    meaning:
      'reconcile has not finished for five minutes; it runs every minute. Notices are still handled, but nothing that events missed is found, and bridges stay up.',
    look: `aws logs tail /aws/lambda/${prefix}-reconcile --since 15m`,
    ...own('ReconcileHeartbeat'),
    statistic: 'Sum',
    periodSeconds: 60,
    datapoints: [5, 5],
    comparison: 'LessThanThreshold',
    threshold: 1,
    missing: 'breaching',
    notifies: 'composite',
  },
} as const satisfies Record<string, AlarmSpec>;

function deadLetters(queue: string, meaning: string): AlarmSpec {
  return {
    name: `${kebab(queue)}-not-empty`,
    entry: 'dead-letters',
    meaning,
    look: `aws sqs receive-message --queue-url \${${queue}} --max-number-of-messages 10 --visibility-timeout 0 --message-attribute-names All`,
    namespace: 'AWS/SQS',
    metric: 'ApproximateNumberOfMessagesVisible',
    unit: 'Count',
    dimensions: { QueueName: getAtt(queue, 'QueueName') },
    ...counted,
    statistic: 'Maximum',
    periodSeconds: 60,
    notifies: 'composite',
  };
}

function functionErrors(name: string, logicalId: string): AlarmSpec {
  return {
    name: `${name}-errors`,
    entry: 'function-errors',
    meaning: `The function ${name} fails as a whole. Its messages are delivered again and then go to the dead-letter queue.`,
    look: `aws logs tail /aws/lambda/${prefix}-${name} --since 15m --filter-pattern '?ERROR ?"Task timed out"'`,
    namespace: 'AWS/Lambda',
    metric: 'Errors',
    unit: 'Count',
    dimensions: { FunctionName: ref(logicalId) },
    ...counted,
    periodSeconds: 60,
    datapoints: [2, 3],
    threshold: 2,
    notifies: 'composite',
  };
}

function kebab(logicalId: string): string {
  return logicalId.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
}

const ofFunctions: [string, AlarmSpec][] = queueFunctions.map((lambda) => [
  `${functionLogicalId(lambda).replace(/LambdaFunction$/, '')}ErrorsAlarm`,
  functionErrors(lambda.name, functionLogicalId(lambda)),
]);

const ofQueues: [string, AlarmSpec][] = queueFunctions.map((lambda) => {
  const queue = deadLetterQueueLogicalId(lambda.queue);
  return [`${queue}Alarm`, deadLetters(queue, `${lambda.name} could not handle messages of ${lambda.queue}.`)];
});

export const ballastAlarms: Readonly<Record<string, AlarmSpec>> = {
  ...single,
  ...Object.fromEntries(ofFunctions),
  ...Object.fromEntries(ofQueues),
  UndeliveredEventsQueueAlarm: {
    ...deadLetters('UndeliveredEventsQueue', 'EventBridge could not deliver events to a queue of Ballast.'),
    entry: 'undelivered-events',
  },
};
