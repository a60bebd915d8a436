import stackPolicy from '../../infra/policy.yml';
import {
  decisionsOf,
  diagnosesOf,
  enrolmentsOf,
  ledgerOf,
  systemClock,
  telemetryOf,
} from '../../shared/composition.ts';
import { parseJson } from '../../shared/events/envelope.ts';
import { serviceSignal } from '../../shared/events/service-action.ts';
import { sqsConsumer } from '../../shared/middleware/sqs-consumer.ts';
import { onServiceAction } from './on-service-action.ts';

export const handler = sqsConsumer('on-service-action', (env) => {
  const ledger = ledgerOf(env);
  return {
    telemetry: telemetryOf(),
    parse: (body) => serviceSignal(parseJson(body), systemClock.nowMs()),
    handle: onServiceAction({
      ledger,
      decisions: decisionsOf(env),
      diagnoses: diagnosesOf(env),
      enrolments: enrolmentsOf(ledger),
      stackPolicy,
    }),
  };
});
