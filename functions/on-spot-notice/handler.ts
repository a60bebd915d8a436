import stackPolicy from '../../infra/policy.yml';
import {
  busOf,
  decisionsOf,
  ecsTasksOf,
  enrolmentsOf,
  hookCallsOf,
  jobsOf,
  ledgerOf,
  systemClock,
  telemetryOf,
} from '../../shared/composition.ts';
import { parseJson } from '../../shared/events/envelope.ts';
import { taskFacts } from '../../shared/events/task-state-change.ts';
import { sqsConsumer } from '../../shared/middleware/sqs-consumer.ts';
import { onSpotNotice } from './on-spot-notice.ts';

export const handler = sqsConsumer('on-spot-notice', (env) => {
  const ledger = ledgerOf(env);
  const telemetry = telemetryOf();
  return {
    telemetry,
    parse: (body) => taskFacts(parseJson(body), systemClock.nowMs()),
    handle: onSpotNotice({
      ledger,
      telemetry,
      decisions: decisionsOf(env),
      ecs: ecsTasksOf(),
      bus: busOf(env),
      hookCalls: hookCallsOf(env),
      jobs: jobsOf(env),
      enrolments: enrolmentsOf(ledger),
      clock: systemClock,
      stackPolicy,
    }),
  };
});
