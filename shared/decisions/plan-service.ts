import type { PolicyOutcome, ServicePolicy } from '../policy/policy.ts';
import type { Service } from '../ports/ecs.ts';
import { bridgeIneligibility, planBridge, planGone, planWindDown } from './bridge.ts';
import type { BridgeIneligible, Plan, Reason, StrategyIneligible } from './plan.ts';
import type { ServiceFacts } from './service-facts.ts';
import { shortfallFigures } from './shortfall.ts';
import { planStrategy, strategyIneligibility } from './strategy.ts';

/**
 * The capacity decision for one service: what to write, why, what to remember and when to look again. Pure: the same
 * facts, policy and moment give the same plan.
 */
export function planService(facts: ServiceFacts, outcome: PolicyOutcome, nowMs: number): Plan {
  const { primary } = facts;
  if (facts.paused) return hold(facts, 'paused', 'paused by a person');
  if (primary === undefined || primary.status !== 'ACTIVE') return planGone(facts);
  if (!outcome.ok) return hold(facts, 'policy_invalid', `tag ${outcome.tag}: ${outcome.problem}`);
  const { policy } = outcome;
  if (facts.bridge !== undefined && (!policy.managed || policy.mode === 'observe' || policy.fallback !== 'bridge')) {
    return planWindDown(facts, primary, policy, nowMs);
  }
  if (!policy.managed) return hold(facts, 'not_managed', 'the service did not opt in');
  switch (policy.fallback) {
    case 'none':
      return { ...hold(facts, 'fallback_none', 'the service chose to be told only'), ...figuresOf(facts, policy) };
    case 'bridge': {
      const why = bridgeIneligibility(primary, policy);
      if (why === undefined) return planBridge(facts, primary, policy, nowMs);
      return facts.bridge === undefined
        ? hold(facts, `bridge_ineligible:${why}`, ineligibleText('bridge', why, primary))
        : planWindDown(facts, primary, policy, nowMs);
    }
    case 'strategy': {
      const why = strategyIneligibility(primary);
      if (why === undefined) return planStrategy(facts, primary, policy, nowMs);
      return hold(facts, `strategy_ineligible:${why}`, ineligibleText('strategy', why, primary));
    }
  }
}

/**
 * What has to be remembered of a plan that is not carried out (mode observe): what was seen, nothing of what would
 * have been written.
 */
export function observedOnly(facts: ServiceFacts, plan: Plan): Plan['next'] {
  const { bridge: _bridge, strategy: _strategy, lastForcedAtMs: _forced, ...seen } = plan.next;
  const { control } = facts.ledger;
  return {
    ...seen,
    bridgeGeneration: control.bridgeGeneration,
    ...(control.bridge === undefined ? {} : { bridge: control.bridge }),
    ...(control.strategy === undefined ? {} : { strategy: control.strategy }),
    ...(control.lastForcedAtMs === undefined ? {} : { lastForcedAtMs: control.lastForcedAtMs }),
  };
}

function hold(facts: ServiceFacts, reason: Reason, explanation: string): Plan {
  return { reason, explanation, commands: [], next: facts.ledger.control };
}

function figuresOf(facts: ServiceFacts, policy: ServicePolicy): Pick<Plan, 'figures'> {
  return { figures: { ...shortfallFigures(facts, policy), bridgeDesired: 0 } };
}

function ineligibleText(
  instrument: 'bridge' | 'strategy',
  why: BridgeIneligible | StrategyIneligible,
  service: Service,
): string {
  const settings = {
    deployment_controller: `its deployment controller is ${service.deploymentController}`,
    deployment_strategy: `its deployment strategy is ${service.deploymentStrategy}`,
    scheduling_strategy: `its scheduling strategy is ${service.schedulingStrategy}`,
    no_overlap: `maximumPercent ${service.maximumPercent} says that its tasks must not overlap`,
    minimum_healthy_percent: `minimumHealthyPercent ${service.minimumHealthyPercent} would take running tasks away`,
    no_capacity_provider_strategy: 'it has no capacity provider strategy',
    classic_load_balancer: 'it is behind a Classic Load Balancer',
    spot_provider_not_in_strategy: 'its strategy names no Spot provider',
  } satisfies Record<typeof why, string>;
  return `the service cannot have a ${instrument}: ${settings[why]}`;
}
