import type { ServicePolicy } from '../policy/policy.ts';
import type { CapacityProviderStrategyItem, Service } from '../ports/ecs.ts';
import type { EndedStrategy, StrategyState } from './control-state.ts';
import type { Plan, PlanFigures, StrategyIneligible } from './plan.ts';
import { ended, relapsed, remembered, shiftableAtMs, shiftedAgain, shiftFailed } from './relapse.ts';
import { hasFailed, isThrough, isUnderWay, saysRollback } from './rollout.ts';
import type { ServiceFacts } from './service-facts.ts';
import { isWhole, lastSpotStopAtMs, missingSinceMs, settledAtMs, shortfallFigures } from './shortfall.ts';
import { planRestore, planSettle, planUnseenRestore } from './strategy-return.ts';
import {
  again,
  force,
  hold,
  isBeingRolledBack,
  isStillNewest,
  recheckMs,
  type Step,
  shiftedBy,
  untilShift,
  visibleAtMs,
  writeVisibleMs,
} from './strategy-step.ts';

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
 * Every rewrite is a forced deployment of the whole service, so at most one is made per cool-down. What ECS shows
 * decides; what we remember only says whose doing it is. UpdateService knows no condition: what somebody else wrote in
 * the seconds by which DescribeServices lags is overwritten unseen.
 */
export function planStrategy(facts: ServiceFacts, primary: Service, policy: ServicePolicy, nowMs: number): Plan {
  const figures: PlanFigures = { ...shortfallFigures(facts, policy, nowMs), bridgeDesired: 0 };
  const sinceMs = missingSinceMs(facts, figures, nowMs);
  const { missingSinceMs: _before, ...kept } = remembered(facts.ledger.control, nowMs);
  const control = sinceMs === undefined ? kept : { ...kept, missingSinceMs: sinceMs };
  const step: Step = { facts, control, primary, policy, nowMs, figures };
  const state = control.strategy;
  if (state === undefined) return planUnshifted(step);
  if (sameStrategy(primary.capacityProviderStrategy, state.original)) return planOriginalShown(step, state);
  if (sameStrategy(primary.capacityProviderStrategy, state.shifted)) return planShiftedShown(step, state);
  return foreignWrite(step, state);
}

function planOriginalShown(step: Step, state: StrategyState): Plan {
  switch (state.phase) {
    case 'shifting':
      return planUnseenShift(step, state);
    case 'shifted':
      // A slow replica may still show what was before the shift that another has shown already.
      return step.nowMs < visibleAtMs(state)
        ? hold(step, 'strategy_held', 'the shift is not visible everywhere yet', visibleAtMs(state))
        : restoredExternally(step, state);
    case 'restoring':
      return planSettle(step, state);
  }
}

function planShiftedShown(step: Step, state: StrategyState): Plan {
  switch (state.phase) {
    case 'shifting':
      return planRestore(step, shiftedBy(step, state, state.phaseSinceMs));
    case 'shifted':
      return planRestore(step, state);
    case 'restoring':
      return planUnseenRestore(step, state);
  }
}

/** Nothing of ours is in place, as far as we know. */
function planUnshifted(step: Step): Plan {
  const { control, primary, nowMs } = step;
  const { lastStrategy: last, ...withoutLast } = control;
  if (last === undefined) return planShift(step);
  if (!sameStrategy(primary.capacityProviderStrategy, last.shifted)) {
    const plan = planShift(step);
    // Only while it is under way does a rollback to our shift say that it is one.
    return isUnderWay(primary) ? { wakeAtMs: nowMs + recheckMs, ...plan } : plan;
  }
  if (saysRollback(primary)) return adoptAgain(step, last);
  // A person wrote exactly what our shift had been: theirs, from now on. A slow replica is no person.
  return planShift(nowMs < last.endedAtMs + writeVisibleMs ? step : { ...step, control: withoutLast });
}

function planShift(step: Step): Plan {
  const { facts, control, primary, policy, figures, nowMs } = step;
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
  if (figures.unplaceable === 0 && !isHalfGone(step)) {
    const explanation = `ECS is replacing ${figures.lost} reclaimed tasks on Spot and has not failed to`;
    const next = { ...control, gathering: { sinceMs: lastSpotStopAtMs(facts) } };
    return hold(step, 'replacement_pending', explanation, nowMs + recheckMs, next);
  }
  const blocked = deploymentBlocks(step);
  if (blocked !== undefined) return blocked;
  const shiftAtMs = shiftableAtMs(control, policy);
  if (nowMs < shiftAtMs) return hold(step, 'cooling_down', untilShift(step), shiftAtMs);
  const state: StrategyState = {
    original: primary.capacityProviderStrategy,
    shifted: [{ capacityProvider: policy.onDemandProvider, weight: 1 }],
    phase: 'shifting',
    phaseSinceMs: nowMs,
  };
  const what = figures.unplaceable > 0 ? 'cannot be placed on Spot' : 'were taken by Spot at once';
  const explanation = `${figures.shortfall} of ${figures.wanted} tasks ${what}: strategy → on-demand`;
  return force({ ...step, control: shiftedAgain(control, policy, nowMs) }, explanation, state);
}

/** Spot took half of the service and nothing has a new place: nobody waits for ECS to say that it cannot place them. */
function isHalfGone({ facts, figures: { lost, wanted } }: Step): boolean {
  return 2 * Math.min(lost, wanted - facts.listedTasks) >= wanted;
}

/** The shift was saved but ECS does not show it: it was never sent, was refused, or the answer lags. */
function planUnseenShift(step: Step, state: StrategyState): Plan {
  const { control, primary, figures, nowMs } = step;
  if (isBeingRolledBack(primary)) return restoredExternally(step, state);
  if (nowMs < visibleAtMs(state)) {
    return hold(step, 'strategy_held', 'the shift is not visible yet', visibleAtMs(state));
  }
  const { strategy: _never, ...forgotten } = control;
  // Others have deployed since, maybe over our shift: all starts anew, and the cool-down counts from our write.
  if (!isStillNewest(primary, state.replacedDeployment)) return planShift({ ...step, control: forgotten });
  if (figures.unplaceable === 0) {
    return hold(step, 'steady', 'the shift was never made and is not needed now', undefined, forgotten);
  }
  return deploymentBlocks(step) ?? force(step, 'the shift was never made: strategy → on-demand', again(step, state));
}

/** ECS rolled back to a deployment that still carried our shift. That is nobody's original. */
function adoptAgain(step: Step, last: EndedStrategy): Plan {
  const { control, nowMs } = step;
  const { lastStrategy: _ongoing, ...rest } = control;
  const next = {
    ...rest,
    ...(last.restored ? relapsed(control, nowMs) : {}),
    strategy: shiftedBy(step, last, nowMs),
    lastForcedAtMs: nowMs,
  };
  const explanation = 'a rollback brought our shifted strategy back: the original is put back after the cool-down';
  return hold(step, 'strategy_turned_back', explanation, nowMs + recheckMs, next);
}

function restoredExternally(step: Step, state: StrategyState): Plan {
  const { control, primary, nowMs } = step;
  if (isTakenBack(primary, state)) return shiftTakenBack(step, state);
  const isAgain = control.restoredExternallyAtMs !== undefined;
  const wakeAtMs = nowMs + recheckMs;
  const next = {
    ...ended(control, state, { endedAtMs: nowMs, restored: true }),
    restoredExternallyAtMs: nowMs,
    lastForcedAtMs: nowMs,
  };
  return isAgain
    ? hold(step, 'strategy_restored_externally_again', 'somebody keeps putting the original back', wakeAtMs, next)
    : hold(step, 'strategy_restored_externally', 'somebody put the original strategy back', wakeAtMs, next);
}

/** ECS says that it rolls back, or shows our shift as failed beside the original. */
function isTakenBack(primary: Service, { deployment }: StrategyState): boolean {
  return (
    saysRollback(primary) ||
    primary.deployments.some(({ id, rolloutState }) => id === deployment && rolloutState === 'FAILED')
  );
}

/** Our shift failed as a deployment, by circuit breaker, by an alarm or by a person's word: ECS has undone it. */
function shiftTakenBack(step: Step, state: StrategyState): Plan {
  const { control, nowMs } = step;
  const next = {
    ...ended(control, state, { endedAtMs: nowMs, restored: true }),
    ...shiftFailed(control, nowMs),
    lastForcedAtMs: nowMs,
  };
  return hold(
    step,
    'strategy_shift_failed',
    'the shift was rolled back: no other for a while',
    nowMs + recheckMs,
    next,
  );
}

function foreignWrite(step: Step, state: StrategyState): Plan {
  const { control, nowMs } = step;
  const next = { ...ended(control, state, { endedAtMs: nowMs, restored: false }), lastForcedAtMs: nowMs };
  const explanation = 'somebody wrote another strategy: theirs is the original now';
  return hold(step, 'strategy_foreign_write', explanation, nowMs + recheckMs, next);
}

/** A shift needs all tasks on the target revision: it must not restart a failed release or cross a running one. */
function deploymentBlocks(step: Step): Plan | undefined {
  if (isThrough(step.primary)) return undefined;
  const explanation = hasFailed(step.primary) ? 'the last deployment failed' : 'a deployment is in progress';
  return hold(step, 'deployment_in_progress', explanation, step.nowMs + recheckMs);
}
