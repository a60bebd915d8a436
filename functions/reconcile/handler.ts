import stackPolicy from '../../infra/policy.yml';
import {
  decisionsOf,
  diagnosesOf,
  discoveryOf,
  ecsOf,
  gaugesOf,
  jobsOf,
  ledgerOf,
  quotasOf,
  runningTasksOf,
  scalingOf,
  systemClock,
  telemetryOf,
} from '../../shared/composition.ts';
import { decisionConsumer } from '../../shared/middleware/decision-consumer.ts';
import { passOn } from './pass-on.ts';
import { reconcile } from './reconcile.ts';

/** Timers of the wake queue are passed on to `decide`; anything else is the schedule's tick. */
export const handler = decisionConsumer('reconcile', (env) => {
  const telemetry = telemetryOf();
  const decisions = decisionsOf(env);
  return {
    telemetry,
    handle: passOn(decisions),
    tick: reconcile({
      ledger: ledgerOf(env),
      ecs: ecsOf(),
      decisions,
      jobs: jobsOf(env),
      diagnoses: diagnosesOf(env),
      runningTasks: runningTasksOf(),
      discovery: discoveryOf(stackPolicy.tagPrefix),
      gauges: gaugesOf(),
      quotas: quotasOf(),
      scaling: scalingOf(),
      telemetry,
      clock: systemClock,
      stackPolicy,
    }),
  };
});
