import {
  decisionsOf,
  diagnosesOf,
  enrolmentsOf,
  ledgerOf,
  systemClock,
  telemetryOf,
} from '../../shared/composition.ts';
import { deploymentSignal } from '../../shared/events/deployment-signal.ts';
import { parseJson } from '../../shared/events/envelope.ts';
import { sqsConsumer } from '../../shared/middleware/sqs-consumer.ts';
import { onDeploymentStateChange } from './on-deployment-state-change.ts';

export const handler = sqsConsumer('on-deployment-state-change', (env) => {
  const ledger = ledgerOf(env);
  return {
    telemetry: telemetryOf(),
    parse: (body) => deploymentSignal(parseJson(body), systemClock.nowMs()),
    handle: onDeploymentStateChange({
      ledger,
      decisions: decisionsOf(env),
      diagnoses: diagnosesOf(env),
      enrolments: enrolmentsOf(ledger),
    }),
  };
});
