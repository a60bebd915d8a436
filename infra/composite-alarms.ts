import { actionsOf, descriptionOf, type Notifies, prefix } from './alarm.ts';
import { ballastAlarms } from './ballast-alarms.ts';
import { type Resource, sub } from './cloudformation.ts';

export interface CompositeSpec {
  readonly name: string;
  readonly meaning: string;
  readonly look: string;
  /** In ALARM while one of these alarms of the stack is: logical ids. */
  readonly anyOf: readonly string[];
  readonly notifies: Exclude<Notifies, 'composite'>;
}

/** AWS's limits of PutCompositeAlarm. */
const childrenMax = 100;
const ruleLengthMax = 10_240;

const named = (state: string) =>
  `aws cloudwatch describe-alarms --alarm-name-prefix ${prefix}- --state-value ${state} --query 'MetricAlarms[].[AlarmName,StateReason]' --output table`;

const isOfFamily = (logicalId: string) => /(ErrorsAlarm|QueueAlarm)$/.test(logicalId);

/**
 * One message for a cause that shows in many places: a broken setting makes functions fail, fills their dead-letter
 * queues and ends the heartbeat.
 */
export const compositeAlarms: Readonly<Record<string, CompositeSpec>> = {
  NoticePathBrokenAlarm: {
    name: 'notice-path-broken',
    meaning: 'Notices or decisions cannot be handled: the next reclaim is not answered, and its users will feel it.',
    look: named('ALARM'),
    anyOf: [
      'OnSpotNoticeErrorsAlarm',
      'DecideErrorsAlarm',
      'SpotNoticeDeadLetterQueueAlarm',
      'DecisionsDeadLetterQueueAlarm',
      'UndeliveredEventsQueueAlarm',
    ],
    notifies: 'page',
  },
  BallastUnhealthyAlarm: {
    name: 'ballast-unhealthy',
    meaning: 'A part of Ballast does not work: a function fails, messages were given up, or reconcile does not run.',
    look: named('ALARM'),
    anyOf: ['ReconcileHeartbeatAlarm', ...Object.keys(ballastAlarms).filter(isOfFamily)],
    notifies: 'ticket',
  },
};

export function compositeAlarm(spec: CompositeSpec): Resource {
  const rule = spec.anyOf.map((logicalId) => `ALARM("\${${logicalId}}")`).join(' OR ');
  if (spec.anyOf.length > childrenMax || rule.length > ruleLengthMax)
    throw new Error(`${spec.name} has too many children`);
  return {
    Type: 'AWS::CloudWatch::CompositeAlarm',
    Properties: {
      AlarmName: `${prefix}-${spec.name}`,
      AlarmDescription: descriptionOf(
        spec.meaning,
        `${spec.anyOf.length} alarms, one of them in ALARM`,
        spec.look,
        spec.name,
      ),
      // Ref of an alarm is its name, and CloudFormation makes what a rule refers to first.
      AlarmRule: sub(rule),
      ...actionsOf(spec.notifies),
    },
  };
}
