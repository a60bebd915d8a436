import type { ServicePolicy } from '../policy/policy.ts';
import type { Service } from '../ports/ecs.ts';
import { planBridgeReturn } from './bridge.ts';
import type { Plan } from './plan.ts';
import type { ServiceFacts } from './service-facts.ts';
import { inProgress } from './shortfall.ts';
import { sameStrategy } from './strategy.ts';

const recheckMs = 60_000;
/** DescribeServices may lag: until then a return that was just written is not written again. */
const writeVisibleMs = 60_000;

/** A paused service gives back what it holds, because a person asked for it; nothing else is written. */
export function planAskedReturn(facts: ServiceFacts, primary: Service, policy: ServicePolicy, nowMs: number): Plan {
  const { control } = facts.ledger;
  const { strategy } = control;
  if (strategy === undefined) return planBridgeReturn(facts, primary, policy, nowMs);
  const isShifted = sameStrategy(primary.capacityProviderStrategy, strategy.shifted);
  if (!isShifted || inProgress(primary)) {
    const explanation = isShifted ? 'paused; a deployment is in progress' : 'paused; the original strategy is in place';
    return { reason: 'paused', explanation, commands: [], next: control, wakeAtMs: nowMs + recheckMs };
  }
  const visibleAtMs = strategy.phase === 'restoring' ? strategy.phaseSinceMs + writeVisibleMs : nowMs;
  if (nowMs < visibleAtMs) {
    const explanation = 'paused; the return is not visible yet';
    return { reason: 'paused', explanation, commands: [], next: control, wakeAtMs: visibleAtMs };
  }
  return {
    reason: 'CapacityProviderRebalanced',
    explanation: 'a person asked for the return: the original strategy is put back',
    commands: [
      {
        kind: 'UpdateService.capacityProviderStrategy',
        clusterArn: facts.clusterArn,
        service: primary.serviceName,
        from: strategy.shifted,
        to: strategy.original,
      },
    ],
    next: {
      ...control,
      strategy: { original: strategy.original, shifted: strategy.shifted, phase: 'restoring', phaseSinceMs: nowMs },
      lastForcedAtMs: nowMs,
    },
    wakeAtMs: nowMs + recheckMs,
  };
}
