import stackPolicy from '../../infra/policy.yml';
import {
  busOf,
  deploymentsOf,
  diagnosesOf,
  ledgerOf,
  loadBalancersOf,
  systemClock,
  telemetryOf,
} from '../../shared/composition.ts';
import { parseDiagnosisRequest } from '../../shared/events/diagnosis-request.ts';
import { sqsConsumer } from '../../shared/middleware/sqs-consumer.ts';
import { diagnoseDeployment } from './diagnose-deployment.ts';

export const handler = sqsConsumer('diagnose', (env) => {
  const telemetry = telemetryOf();
  return {
    telemetry,
    parse: parseDiagnosisRequest,
    handle: diagnoseDeployment({
      ledger: ledgerOf(env),
      deployments: deploymentsOf(),
      loadBalancers: loadBalancersOf(),
      diagnoses: diagnosesOf(env),
      bus: busOf(env),
      telemetry,
      clock: systemClock,
      stackPolicy,
    }),
  };
});
