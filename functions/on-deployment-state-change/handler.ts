import { decisionsOf, enrolmentsOf, ledgerOf, systemClock, telemetryOf } from '../../shared/composition.ts';
import { serviceSignal } from '../../shared/events/deployment-state-change.ts';
import { parseJson } from '../../shared/events/envelope.ts';
import { sqsConsumer } from '../../shared/middleware/sqs-consumer.ts';
import { onDeploymentStateChange } from './on-deployment-state-change.ts';

export const handler = sqsConsumer('on-deployment-state-change', (env) => {
  const ledger = ledgerOf(env);
  const telemetry = telemetryOf();
  return {
    telemetry,
    parse: (body) => serviceSignal(parseJson(body), systemClock.nowMs()),
    handle: onDeploymentStateChange({
      ledger,
      telemetry,
      decisions: decisionsOf(env),
      enrolments: enrolmentsOf(ledger),
    }),
  };
});
