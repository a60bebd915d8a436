import stackPolicy from '../../infra/policy.yml';
import {
  busOf,
  ec2Of,
  ecsOf,
  enrolmentsOf,
  jobsOf,
  ledgerOf,
  systemClock,
  telemetryOf,
} from '../../shared/composition.ts';
import { parseLookRequest } from '../../shared/events/look-request.ts';
import { sqsConsumer } from '../../shared/middleware/sqs-consumer.ts';
import { look } from './look.ts';

export const handler = sqsConsumer('resume', (env) => {
  const telemetry = telemetryOf();
  const ledger = ledgerOf(env);
  return {
    telemetry,
    parse: parseLookRequest,
    handle: look({
      ledger,
      ecs: ecsOf(),
      ec2: ec2Of(),
      jobs: jobsOf(env),
      bus: busOf(env),
      enrolments: enrolmentsOf(ledger),
      telemetry,
      clock: systemClock,
      stackPolicy,
    }),
  };
});
