import type { ServicePolicy } from '../policy/policy.ts';
import type { CapacityProviderStrategyItem, Service } from '../ports/ecs.ts';
import type { ControlState, StrategyState } from './control-state.ts';
import type { Command, Plan, PlanFigures, Reason, StrategyIneligible } from './plan.ts';
import type { ServiceFacts } from './service-facts.ts';
import { isWhole, settledAtMs, shortfallFigures } from './shortfall.ts';

/** DescribeServices may lag behind a write by some seconds: only then is a write that does not show called lost. */
const writeVisibleMs = 60_000;
const recheckMs = 60_000;
/** Doubling stops here: the cool-down is at most a day. */
const cooldownMsMax = 86_400_000;

/** Why the service's strategy cannot be rewritten; `undefined` when it can. */
export function strategyIneligibility(service: Service): StrategyIneligible | undefined {
  if (service.deploymentController !== 'ECS') return 'deployment_controller';
  if (service.deploymentStrategy !== 'ROLLING') return 'deployment_strategy';
  if (service.schedulingStrategy !== 'REPLICA') return 'scheduling_strategy';
  // A forced deployment replaces every task: below 100 % it would take running ones away in a shortage.
  if (service.minimumHealthyPercent < 100) return 'minimum_healthy_percent';
  if (service.maximumPercent <= 100) return 'no_overlap';
  if (service.capacityProviderStrategy.length === 0) return 'no_capacity_provider_strategy';
  return undefined;
}

/** Equal as ECS means it: base and weight default to 0; the order counts. */
export function sameStrategy(
  left: readonly CapacityProviderStrategyItem[],
  right: readonly CapacityProviderStrategyItem[],
): boolean {
  return (
    left.length === right.length &&
    left.every((item, index) => {
      const other = right[index];
      return (
        other !== undefined &&
        item.capacityProvider === other.capacityProvider &&
        (item.base ?? 0) === (other.base ?? 0) &&
        (item.weight ?? 0) === (other.weight ?? 0)
      );
    })
  );
}

/**
 * Rewrites the service's capacity provider strategy when Spot cannot place its tasks, and puts the original back.
 * Every rewrite is a forced deployment of the whole service, so at most one is made per cool-down.
 */
export function planStrategy(facts: ServiceFacts, primary: Service, policy: ServicePolicy, nowMs: number): Plan {
  const { control } = facts.ledger;
  const figures: PlanFigures = { ...shortfallFigures(facts, policy), bridgeDesired: 0 };
  const step: Step = { facts, primary, policy, nowMs, figures };
  const state = control.strategy;
  if (state === undefined) return planShift(step);
  const isOriginal = sameStrategy(primary.capacityProviderStrategy, state.original);
  const isShifted = sameStrategy(primary.capacityProviderStrategy, state.shifted);
  if (!isOriginal && !isShifted) {
    const explanation = 'somebody wrote another strategy: theirs is the original now';
    return hold(step, 'strategy_foreign_write', explanation, undefined, forgetStrategy(control));
  }
  switch (state.phase) {
    case 'shifting':
      return isShifted ? planRestore(step, { ...state, phase: 'shifted' }) : planUnseenShift(step, state);
    case 'shifted':
      return isOriginal ? restoredExternally(step) : planRestore(step, state);
    case 'restoring':
      return isOriginal ? planSettle(step, state) : planUnseenRestore(step, state);
  }
}

interface Step {
  readonly facts: ServiceFacts;
  readonly primary: Service;
  readonly policy: ServicePolicy;
  readonly nowMs: number;
  readonly figures: PlanFigures;
}

function planShift(step: Step): Plan {
  const { facts, primary, policy, figures, nowMs } = step;
  const { control } = facts.ledger;
  if (figures.shortfall === 0) {
    const whole = isWhole(facts, policy, nowMs);
    const next = whole ? { ...control, lastWholeAtMs: settledAtMs(control, policy, nowMs) } : control;
    const explanation = `${figures.staying} of ${figures.wanted} tasks stay, none is missing because of Spot`;
    return hold(step, 'steady', explanation, undefined, next);
  }
  if (!primary.capacityProviderStrategy.some((item) => item.capacityProvider === policy.spotProvider)) {
    return hold(
      step,
      'strategy_ineligible:spot_provider_not_in_strategy',
      `${policy.spotProvider} is not in the strategy`,
    );
  }
  if (figures.unplaceable === 0) {
    const explanation = `ECS is replacing ${figures.lost} reclaimed tasks on Spot and has not failed to`;
    return hold(step, 'replacement_pending', explanation, nowMs + recheckMs);
  }
  const wait = mustWait(step, 0);
  if (wait !== undefined) return wait;
  const shifted = [{ capacityProvider: policy.onDemandProvider, weight: 1 }];
  const state: StrategyState = {
    original: primary.capacityProviderStrategy,
    shifted,
    phase: 'shifting',
    phaseSinceMs: nowMs,
    relapses: 0,
  };
  const explanation = `${figures.shortfall} of ${figures.wanted} tasks cannot be placed on Spot: strategy → on-demand`;
  return force(step, explanation, primary.capacityProviderStrategy, shifted, state);
}

/** The shift was saved but ECS does not show it: either it was never sent, or the answer lags. */
function planUnseenShift(step: Step, state: StrategyState): Plan {
  const seenAtMs = state.phaseSinceMs + writeVisibleMs;
  if (step.nowMs < seenAtMs) {
    return hold(step, 'strategy_held', 'the shift is not visible yet', seenAtMs);
  }
  if (step.figures.unplaceable === 0) {
    return hold(
      step,
      'steady',
      'the shift was never made and is not needed now',
      undefined,
      forgetStrategy(step.facts.ledger.control),
    );
  }
  const again: StrategyState = { ...state, phaseSinceMs: step.nowMs };
  return force(step, 'the shift was never made: strategy → on-demand', state.original, state.shifted, again);
}

function planRestore(step: Step, state: StrategyState): Plan {
  const wait = mustWait(step, state.relapses, state);
  if (wait !== undefined) return wait;
  const restoring: StrategyState = { ...state, phase: 'restoring', phaseSinceMs: step.nowMs };
  return force(
    step,
    'the cool-down is over: the original strategy is put back',
    state.shifted,
    state.original,
    restoring,
  );
}

function planUnseenRestore(step: Step, state: StrategyState): Plan {
  const seenAtMs = state.phaseSinceMs + writeVisibleMs;
  if (step.nowMs < seenAtMs) return hold(step, 'strategy_held', 'the return is not visible yet', seenAtMs);
  return planRestore(step, { ...state, phase: 'shifted' });
}

/** The original is in place; the return has succeeded when its deployment is through without a placement failure. */
function planSettle(step: Step, state: StrategyState): Plan {
  const { facts, primary, nowMs, figures } = step;
  const { control } = facts.ledger;
  const failedAtMs = facts.ledger.signals.spot_placement_failure?.atMs ?? 0;
  if (!inProgress(primary)) {
    const { strategy: _restored, wantedLatched: _latch, ...rest } = control;
    const next = { ...rest, lastWholeAtMs: settledAtMs(control, step.policy, nowMs) };
    return hold(step, 'steady', 'the original strategy is back and its deployment complete', undefined, next);
  }
  if (failedAtMs > state.phaseSinceMs && primary.currentServiceDeployment !== undefined) {
    const turned: StrategyState = { ...state, phase: 'shifted', phaseSinceMs: nowMs, relapses: state.relapses + 1 };
    return {
      reason: 'strategy_turned_back',
      explanation: 'Spot still cannot place: the return is rolled back, the cool-down doubles',
      commands: [{ kind: 'StopServiceDeployment', serviceDeploymentArn: primary.currentServiceDeployment }],
      next: { ...control, strategy: turned, lastForcedAtMs: nowMs },
      wakeAtMs: nowMs + recheckMs,
      figures,
    };
  }
  return hold(step, 'strategy_held', 'the return is being deployed', nowMs + recheckMs);
}

function restoredExternally(step: Step): Plan {
  const next = { ...forgetStrategy(step.facts.ledger.control), lastForcedAtMs: step.nowMs };
  return hold(step, 'strategy_restored_externally', 'somebody put the original strategy back', undefined, next);
}

/** No strategy change during a deployment, whoever started it, and only one per cool-down. */
function mustWait(step: Step, relapses: number, state?: StrategyState): Plan | undefined {
  const { facts, primary, policy, nowMs } = step;
  const next = state === undefined ? facts.ledger.control : { ...facts.ledger.control, strategy: state };
  const onDemandFailedAtMs = facts.ledger.signals.on_demand_placement_failure?.atMs ?? 0;
  if (inProgress(primary) && state?.phase === 'shifted' && onDemandFailedAtMs > state.phaseSinceMs) {
    const explanation = 'on-demand capacity is short too: the running tasks stay, ECS keeps trying the rest';
    return hold(step, 'on_demand_shortage', explanation, nowMs + recheckMs, next);
  }
  if (inProgress(primary)) {
    return hold(step, 'deployment_in_progress', 'a deployment is in progress', nowMs + recheckMs, next);
  }
  const cooldownMs = Math.min(policy.cooldownMs * 2 ** relapses, cooldownMsMax);
  const readyAtMs = (facts.ledger.control.lastForcedAtMs ?? Number.NEGATIVE_INFINITY) + cooldownMs;
  if (readyAtMs > nowMs) {
    const reason = state === undefined ? 'cooling_down' : 'strategy_held';
    return hold(step, reason, `next strategy change in ${Math.ceil((readyAtMs - nowMs) / 1000)} s`, readyAtMs, next);
  }
  return undefined;
}

function inProgress(service: Service): boolean {
  return (
    service.deployments.length > 1 ||
    service.deployments.some((deployment) => deployment.rolloutState === 'IN_PROGRESS')
  );
}

function force(
  step: Step,
  explanation: string,
  from: readonly CapacityProviderStrategyItem[],
  to: readonly CapacityProviderStrategyItem[],
  strategy: StrategyState,
): Plan {
  const { facts, primary, nowMs, figures } = step;
  const command: Command = {
    kind: 'UpdateService.capacityProviderStrategy',
    clusterArn: facts.clusterArn,
    service: primary.serviceName,
    from,
    to,
  };
  return {
    reason: 'CapacityProviderRebalanced',
    explanation,
    commands: [command],
    next: { ...facts.ledger.control, strategy, lastForcedAtMs: nowMs },
    wakeAtMs: nowMs + recheckMs,
    figures,
  };
}

function forgetStrategy(control: ControlState): ControlState {
  const { strategy: _strategy, ...rest } = control;
  return rest;
}

function hold(step: Step, reason: Reason, explanation: string, wakeAtMs?: number, next?: ControlState): Plan {
  return {
    reason,
    explanation,
    commands: [],
    next: next ?? step.facts.ledger.control,
    figures: step.figures,
    ...(wakeAtMs === undefined ? {} : { wakeAtMs }),
  };
}
