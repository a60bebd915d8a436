import type { BridgeStep } from './bridge-step.ts';
import type { Plan } from './plan.ts';

/** First wait after on-demand was found short; doubles up to the maximum. */
const onDemandBackoffMsMin = 60_000;
const onDemandBackoffMsMax = 900_000;

/** On-demand has none to give: hold, tell, try again later; nothing else is stacked on top. */
export function onDemandShortage(step: BridgeStep): Plan | undefined {
  const { facts, nowMs, base } = step;
  const { control } = facts.ledger;
  const failedAtMs = facts.ledger.signals.on_demand_placement_failure?.atMs ?? 0;
  const lastStartAtMs = facts.ledger.tasks.reduce(
    (latest, task) =>
      task.capacityProviderName === step.policy.onDemandProvider ? Math.max(latest, task.startedAtMs ?? 0) : latest,
    0,
  );
  const until = control.onDemandShortUntilMs ?? 0;
  const waiting = step.demanded > step.current || (facts.bridge?.runningCount ?? 0) < step.current;
  const isShort = waiting && failedAtMs > lastStartAtMs && failedAtMs > (control.bridge?.createdAtMs ?? nowMs);
  if (!isShort || (until > 0 && until <= nowMs && nowMs - failedAtMs > onDemandBackoffMsMin)) return undefined;
  const times = until > nowMs ? (control.onDemandShortTimes ?? 1) : (control.onDemandShortTimes ?? 0) + 1;
  const waitMs = Math.min(onDemandBackoffMsMin * 2 ** (times - 1), onDemandBackoffMsMax);
  const untilMs = until > nowMs ? until : nowMs + waitMs;
  const explanation =
    `on-demand capacity is short too: the bridge stays at ${step.current} of ${step.demanded}, ` +
    `ECS keeps trying; Ballast looks again in ${Math.ceil((untilMs - nowMs) / 1000)} s`;
  return {
    reason: 'on_demand_shortage',
    explanation,
    commands: [],
    next: { ...base, onDemandShortUntilMs: untilMs, onDemandShortTimes: times },
    wakeAtMs: untilMs,
    figures: step.figures,
  };
}
