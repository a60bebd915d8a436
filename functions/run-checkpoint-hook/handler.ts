import stackPolicy from '../../infra/policy.yml';
import { busOf, hooksOf, jobsOf, ledgerOf, systemClock, telemetryOf } from '../../shared/composition.ts';
import { parseHookCall } from '../../shared/events/hook-call.ts';
import { sqsConsumer } from '../../shared/middleware/sqs-consumer.ts';
import { recordReport } from '../../shared/record-report.ts';
import { runCheckpointHook } from './run-checkpoint-hook.ts';

export const handler = sqsConsumer('run-checkpoint-hook', (env) => {
  const telemetry = telemetryOf();
  return {
    telemetry,
    parse: parseHookCall,
    handle: runCheckpointHook({
      hooks: hooksOf(),
      record: recordReport({ telemetry, ledger: ledgerOf(env), jobs: jobsOf(env), bus: busOf(env), stackPolicy }),
      telemetry,
      clock: systemClock,
    }),
  };
});
