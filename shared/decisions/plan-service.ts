import type { PolicyOutcome, ServicePolicy } from '../policy/policy.ts';
import type { Service } from '../ports/ecs.ts';
import { planAskedReturn } from './asked-return.ts';
import { planBridge } from './bridge.ts';
import { planGone, planWindDown } from './bridge-end.ts';
import { bridgeIneligibility } from './bridge-request.ts';
import type { ControlState } from './control-state.ts';
import { planDeploymentInShortage, planUnseenDeploymentShift } from './deployment-in-shortage.ts';
import type { BridgeIneligible, Plan, Reason, StrategyIneligible } from './plan.ts';
import type { ServiceFacts } from './service-facts.ts';
import { shortfallFigures } from './shortfall.ts';
import { planStrategy, sameStrategy, strategyIneligibility } from './strategy.ts';

/**
 * The capacity decision for one service: what to write, why, what to remember and when to look again. Pure: the same
 * facts, policy and moment give the same plan.
 */
export function planService(facts: ServiceFacts, outcome: PolicyOutcome, nowMs: number): Plan {
  const { primary } = facts;
  if (facts.paused) return planPaused(facts, outcome, nowMs);
  if (primary === undefined || primary.status !== 'ACTIVE') return planGone(facts, nowMs);
  if (!outcome.ok) return hold(facts, 'policy_invalid', `tag ${outcome.tag}: ${outcome.problem}`);
  const { policy } = outcome;
  if (facts.bridge !== undefined && (!policy.managed || policy.mode === 'observe' || policy.fallback !== 'bridge')) {
    return planWindDown(facts, primary, policy, nowMs);
  }
  if (!policy.managed) return hold(facts, 'not_managed', notManagedText(facts));
  const { strategy } = facts.ledger.control;
  if (strategy?.forDeployment === true && !sameStrategy(primary.capacityProviderStrategy, strategy.shifted)) {
    return planUnseenDeploymentShift(facts, primary, policy, strategy, nowMs);
  }
  if (policy.mode === 'observe' || policy.fallback !== 'strategy' || strategyIneligibility(primary) !== undefined) {
    const giveBack = planStrategyReturn(facts, primary, policy, nowMs);
    if (giveBack !== undefined) return withBridge(facts, primary, policy, giveBack, nowMs);
  }
  return planDeploymentInShortage(facts, primary, policy, planCapacity(facts, primary, policy, nowMs), nowMs);
}

function planCapacity(facts: ServiceFacts, primary: Service, policy: ServicePolicy, nowMs: number): Plan {
  switch (policy.fallback) {
    case 'none':
      return {
        ...hold(facts, 'fallback_none', 'the service chose to be told only'),
        ...figuresOf(facts, policy, nowMs),
      };
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

/** A service that is not ours to shift any more, while its strategy still is: the original is put back as always. */
function planStrategyReturn(
  facts: ServiceFacts,
  primary: Service,
  policy: ServicePolicy,
  nowMs: number,
): Plan | undefined {
  const { strategy, ...control } = facts.ledger.control;
  if (strategy === undefined) return undefined;
  const isShifted = sameStrategy(primary.capacityProviderStrategy, strategy.shifted);
  if (strategy.phase !== 'shifting' || isShifted) return planStrategy(facts, primary, policy, nowMs);
  return { ...hold(facts, 'steady', 'the shift was not made and is not wanted any more'), next: control };
}

/** A release was shifted while the service had a bridge: that is not needed once the primary has all its tasks again. */
function withBridge(facts: ServiceFacts, primary: Service, policy: ServicePolicy, plan: Plan, nowMs: number): Plan {
  if (facts.bridge === undefined || plan.commands.length > 0) return plan;
  const { ledger } = facts;
  const planned = { ...facts, ledger: { ...ledger, control: plan.next } };
  const bridging = planWindDown(planned, primary, policy, nowMs, 'the release was shifted to on-demand');
  const wakeAtMs = Math.min(plan.wakeAtMs ?? Number.POSITIVE_INFINITY, bridging.wakeAtMs ?? Number.POSITIVE_INFINITY);
  return {
    ...(bridging.commands.length > 0 ? bridging : { ...plan, next: bridging.next }),
    ...(wakeAtMs === Number.POSITIVE_INFINITY ? {} : { wakeAtMs }),
  };
}

/** Without its tag nothing may be written to the service: what is left of a shift is for its people. */
function notManagedText({ ledger }: ServiceFacts): string {
  const original = ledger.control.strategy?.original;
  if (original === undefined) return 'the service did not opt in';
  return `the service has withdrawn while shifted; its own strategy was ${JSON.stringify(original)}`;
}

/** Nothing is written while a person has paused the service, except the return that a person asked for. */
function planPaused(facts: ServiceFacts, outcome: PolicyOutcome, nowMs: number): Plan {
  const { primary } = facts;
  if (facts.returnAsked && primary?.status === 'ACTIVE' && outcome.ok) {
    return planAskedReturn(facts, primary, outcome.policy, nowMs);
  }
  return hold(facts, 'paused', 'paused by a person');
}

/**
 * What has to be remembered of a plan that is not carried out (mode observe, or put off): what was seen, nothing of
 * what would have been written.
 */
export function observedOnly(facts: ServiceFacts, plan: Plan): ControlState {
  const { wantedLatched: _latch, missingSinceMs: _missing, missingStaying: _staying, ...before } = facts.ledger.control;
  const { quietUntilMs: _quiet, gathering: _gathering, ...kept } = before;
  const { wantedLatched, missingSinceMs, missingStaying, lastWholeAtMs, recentShortfalls } = plan.next;
  return {
    ...kept,
    lastWholeAtMs,
    recentShortfalls,
    ...(wantedLatched === undefined ? {} : { wantedLatched }),
    ...(missingSinceMs === undefined ? {} : { missingSinceMs }),
    ...(missingStaying === undefined ? {} : { missingStaying }),
  };
}

function hold(facts: ServiceFacts, reason: Reason, explanation: string): Plan {
  return { reason, explanation, commands: [], next: facts.ledger.control };
}

function figuresOf(facts: ServiceFacts, policy: ServicePolicy, nowMs: number): Pick<Plan, 'figures'> {
  return { figures: { ...shortfallFigures(facts, policy, nowMs), bridgeDesired: 0 } };
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
    service_connect_server: 'it offers ports by Service Connect, which only one service can',
    spot_provider_not_in_strategy: 'its strategy names no Spot provider',
  } satisfies Record<typeof why, string>;
  return `the service cannot have a ${instrument}: ${settings[why]}`;
}
