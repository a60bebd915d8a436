import stackPolicy from '../../infra/policy.yml';
import {
  announcedBusOf,
  decisionsOf,
  ecsOf,
  ledgerOf,
  loadBalancersOf,
  serviceRegistriesOf,
  systemClock,
  telemetryOf,
} from '../../shared/composition.ts';
import { requiredCount } from '../../shared/environment.ts';
import { decisionConsumer } from '../../shared/middleware/decision-consumer.ts';
import { createPace } from '../../shared/pace.ts';
import { decide } from './decide.ts';

export const handler = decisionConsumer('decide', (env) => {
  const telemetry = telemetryOf();
  const concurrency = requiredCount(env, 'BALLAST_DECIDE_CONCURRENCY');
  return {
    telemetry,
    handle: decide({
      ledger: ledgerOf(env),
      ecs: ecsOf(),
      loadBalancers: loadBalancersOf(),
      serviceRegistries: serviceRegistriesOf(),
      pace: createPace({ sharePercent: stackPolicy.ecsApiShare, concurrency }, systemClock),
      decisions: decisionsOf(env),
      bus: announcedBusOf(env),
      telemetry,
      clock: systemClock,
      stackPolicy,
    }),
  };
});
