import stackPolicy from '../../infra/policy.yml';
import { busOf, jobsOf, ledgerOf, systemClock, telemetryOf } from '../../shared/composition.ts';
import { checkpointReport } from '../../shared/events/checkpoint-report.ts';
import { parseJson } from '../../shared/events/envelope.ts';
import { sqsConsumer } from '../../shared/middleware/sqs-consumer.ts';
import { recordReport } from '../../shared/record-report.ts';

export const handler = sqsConsumer('on-checkpoint-report', (env) => {
  const telemetry = telemetryOf();
  return {
    telemetry,
    parse: (body) => checkpointReport(parseJson(body), systemClock.nowMs()),
    handle: recordReport({ telemetry, ledger: ledgerOf(env), jobs: jobsOf(env), bus: busOf(env), stackPolicy }),
  };
});
