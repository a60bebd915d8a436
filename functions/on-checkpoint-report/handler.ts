import { ledgerOf, systemClock, telemetryOf } from '../../shared/composition.ts';
import { checkpointReport } from '../../shared/events/checkpoint-report.ts';
import { parseJson } from '../../shared/events/envelope.ts';
import { sqsConsumer } from '../../shared/middleware/sqs-consumer.ts';
import { onCheckpointReport } from './on-checkpoint-report.ts';

export const handler = sqsConsumer('on-checkpoint-report', (env) => {
  const telemetry = telemetryOf();
  return {
    telemetry,
    parse: (body) => checkpointReport(parseJson(body), systemClock.nowMs()),
    handle: onCheckpointReport({ telemetry, ledger: ledgerOf(env) }),
  };
});
