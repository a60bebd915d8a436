import stackPolicy from '../../infra/policy.yml';
import { decisionsOf, ecsOf, ledgerOf, systemClock, telemetryOf } from '../../shared/composition.ts';
import { decisionConsumer } from '../../shared/middleware/decision-consumer.ts';
import { decide } from './decide.ts';

export const handler = decisionConsumer('decide', (env) => {
  const telemetry = telemetryOf();
  return {
    telemetry,
    handle: decide({
      ledger: ledgerOf(env),
      ecs: ecsOf(),
      decisions: decisionsOf(env),
      telemetry,
      clock: systemClock,
      stackPolicy,
    }),
  };
});
