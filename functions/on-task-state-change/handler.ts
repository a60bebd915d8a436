import stackPolicy from '../../infra/policy.yml';
import { decisionsOf, enrolmentsOf, jobsOf, ledgerOf, systemClock, telemetryOf } from '../../shared/composition.ts';
import { parseJson } from '../../shared/events/envelope.ts';
import { taskFacts } from '../../shared/events/task-state-change.ts';
import { sqsConsumer } from '../../shared/middleware/sqs-consumer.ts';
import { onTaskStateChange } from './on-task-state-change.ts';

export const handler = sqsConsumer('on-task-state-change', (env) => {
  const ledger = ledgerOf(env);
  const telemetry = telemetryOf();
  return {
    telemetry,
    parse: (body) => taskFacts(parseJson(body), systemClock.nowMs()),
    handle: onTaskStateChange({
      ledger,
      decisions: decisionsOf(env),
      jobs: jobsOf(env),
      enrolments: enrolmentsOf(ledger),
      telemetry,
      clock: systemClock,
      tagPrefix: stackPolicy.tagPrefix,
      stackPolicy,
    }),
  };
});
