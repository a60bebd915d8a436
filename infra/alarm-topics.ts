import { prefix } from './alarm.ts';
import type { Resources } from './cloudformation.ts';

function topic(name: 'page' | 'ticket', displayName: string): Resources[string] {
  return {
    Type: 'AWS::SNS::Topic',
    Properties: {
      TopicName: `${prefix}-${name}`,
      DisplayName: displayName,
      // From pageEmail and ticketEmail of serverless.yml; each address has to confirm.
      Subscription: `\${file(infra/alarm-actions.cjs):${name}Subscriptions}`,
    },
  };
}

/** Whom alarms tell: subscribe a pager to the one and a tracker to the other. */
export function alarmTopics(): Resources {
  return {
    PageTopic: topic('page', 'Ballast: customers feel it'),
    TicketTopic: topic('ticket', 'Ballast: to be looked at'),
  };
}
