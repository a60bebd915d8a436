import type { ServicePolicy } from '../policy/policy.ts';
import type { Service } from '../ports/ecs.ts';
import { type BridgeStep, hold } from './bridge-step.ts';
import { type BridgeState, type ControlState, initialControlState } from './control-state.ts';
import type { Command, Plan } from './plan.ts';
import type { ServiceFacts } from './service-facts.ts';
import { isWhole, settledAtMs, shortfallFigures, withSample } from './shortfall.ts';

/** How bridges end: idle, withdrawn by their service, or outliving it. */

/** DescribeServices may lag; a bridge that was just asked for and is not visible yet is not asked for again. */
export const bridgeVisibleMs = 15_000;
/** A service that is not ours to act for any more keeps its bridge at most so long. */
const windDownMs = 3_600_000;
const recheckMs = 60_000;

/** A bridge at zero costs nothing, and creating one takes a call in a storm: it is kept for a while. */
export function planIdle(step: BridgeStep, bridge: BridgeState): Plan {
  const { facts, nowMs, policy, base } = step;
  if (facts.bridge === undefined) {
    if (nowMs - bridge.lastWriteAtMs < bridgeVisibleMs) {
      return hold(step, 'bridge_held', 'the bridge is not visible yet', bridge.lastWriteAtMs + bridgeVisibleMs);
    }
    return { ...hold(step, 'steady', 'the bridge is gone'), next: withoutBridge(base) };
  }
  const idleSinceMs = bridge.idleSinceMs ?? nowMs;
  const deleteAtMs = bridge.isTrial === true ? nowMs : idleSinceMs + policy.idleBridgeMs;
  if (facts.bridge.status !== 'ACTIVE') {
    return { ...hold(step, 'steady', `the bridge is ${facts.bridge.status}`), next: withoutBridge(base) };
  }
  if (nowMs < deleteAtMs) {
    const next = { ...base, bridge: { ...bridge, idleSinceMs } };
    return {
      ...hold(step, 'bridge_idle', 'the bridge is at 0 and is kept in case Spot fails again', deleteAtMs),
      next,
    };
  }
  const explanation =
    bridge.isTrial === true
      ? 'a bridge could be made: the trial is over'
      : `the bridge has been at 0 for ${Math.round((nowMs - idleSinceMs) / 1000)} s`;
  return {
    ...hold(step, 'bridge_deleted', explanation),
    commands: [{ kind: 'DeleteService', clusterArn: facts.clusterArn, service: facts.bridge.serviceName }],
    next: withoutBridge(base),
  };
}

/**
 * A service that is no longer ours to act for, while its bridge still stands: the bridge stays until the service is
 * whole without it, at most an hour, and then goes at once. It is never grown.
 * @param because what has become of the service.
 */
export function planWindDown(
  facts: ServiceFacts,
  primary: Service,
  policy: ServicePolicy,
  nowMs: number,
  because = 'the service has withdrawn',
): Plan {
  const { control } = facts.ledger;
  const figures = { ...shortfallFigures(facts, policy, nowMs), bridgeDesired: facts.bridge?.desiredCount ?? 0 };
  const windDownSinceMs = control.windDownSinceMs ?? nowMs;
  const endsAtMs = windDownSinceMs + windDownMs;
  // Nobody may be telling of its Spot any more: what is missing at each look counts as well.
  const missing = Math.max(0, primary.desiredCount - figures.staying);
  const window = withSample(control.recentShortfalls, missing, policy.returnAfterMs, nowMs);
  const whole = isWhole(facts, policy, nowMs) && window[0]?.count === 0;
  if (!whole && nowMs < endsAtMs && primary.desiredCount > 0) {
    const leftMin = Math.ceil((endsAtMs - nowMs) / 60_000);
    return {
      reason: 'bridge_held',
      explanation: `${because}: its bridge stays until it is whole, at most ${leftMin} min more`,
      commands: [],
      next: { ...control, windDownSinceMs, recentShortfalls: window },
      wakeAtMs: Math.min(endsAtMs, nowMs + recheckMs),
      figures,
    };
  }
  const why = whole || primary.desiredCount === 0 ? 'it does not need the bridge' : 'its hour is over';
  return {
    reason: 'bridge_deleted',
    explanation: `${because} and ${why}`,
    commands: removal(facts),
    next: {
      ...withoutBridge(control),
      recentShortfalls: [],
      ...(whole ? { lastWholeAtMs: settledAtMs(control, policy, nowMs) } : {}),
    },
    figures: { ...figures, bridgeDesired: 0 },
  };
}

/**
 * Deletes what is left of a bridge whose primary is gone, so that its cluster can be destroyed. Another service may get
 * its name, and with it its ARN: what Spot took of this one and what was done for it is none of that one's.
 */
export function planGone(facts: ServiceFacts, nowMs: number): Plan {
  const { bridgeGeneration } = facts.ledger.control;
  return {
    reason: 'service_gone',
    explanation: 'the service does not exist any more',
    commands: removal(facts),
    next: { ...initialControlState, bridgeGeneration, lastWholeAtMs: nowMs },
  };
}

/** ECS deletes only what is scaled to 0; tasks that still run then are drained. */
function removal({ clusterArn, bridge }: ServiceFacts): Command[] {
  if (bridge?.status !== 'ACTIVE') return [];
  const { serviceName: service, desiredCount: from } = bridge;
  const zero: Command = { kind: 'UpdateService.desiredCount', clusterArn, service, from, to: 0 };
  return [...(from > 0 ? [zero] : []), { kind: 'DeleteService', clusterArn, service }];
}

function withoutBridge(control: ControlState): ControlState {
  const { bridge: _bridge, wantedLatched: _latch, windDownSinceMs: _since, ...rest } = control;
  return rest;
}
