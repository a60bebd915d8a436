import type { ControlState, StrategyState } from './control-state.ts';
import type { Plan } from './plan.ts';
import { ended, readyAtMs, returnAtMs, shiftFailed } from './relapse.ts';
import { hasFailed, isThrough, isUnderWay, newestDeployment } from './rollout.ts';
import { isSpotShort, settledAtMs } from './shortfall.ts';
import {
  again,
  force,
  hold,
  isBeingRolledBack,
  isStillNewest,
  ourDeployment,
  recheckMs,
  type Step,
  shiftedBy,
  untilReturn,
  visibleAtMs,
  writeVisibleMs,
} from './strategy-step.ts';

/** How the original strategy comes back, and what may come in its way. */

/**
 * The shifted strategy is in place and stays for `stay-shifted`. An on-demand shortage meanwhile is waited out: ECS
 * keeps trying, and the running tasks stay because minimumHealthyPercent is at least 100.
 *
 * The shortage must not keep the original away for ever either: no Spot task is tried while the shift is stuck, so
 * nothing would tell that Spot is back. A shift of ours that on-demand cannot place may therefore be left once its time
 * is over and no Spot placement has failed for `stay-shifted`. If Spot cannot place the return either, it is not
 * turned back: the shift never came through, a rollback would bring back the original. ECS then keeps trying what the
 * owner of the service chose, as it would without us.
 */
export function planRestore(step: Step, state: StrategyState): Plan {
  const { facts, control, primary, policy, figures, nowMs } = step;
  if (hasFailed(primary) && isStillNewest(primary, state.deployment ?? '')) return planFailedShift(step, state);
  const next = { ...control, strategy: state };
  const dueAtMs = returnAtMs(control, policy, state);
  const isShort = isOnDemandShort(step, state.phaseSinceMs);
  const onDemand = 'on-demand capacity is short too: the running tasks stay, ECS keeps trying the rest';
  if (isUnderWay(primary)) {
    const undone = planFailingShift(step, state, isShort);
    if (undone !== undefined) return undone;
    const isStuck = isShort && isStillNewest(primary, state.deployment ?? '');
    const spotFailedAtMs = facts.ledger.signals.spot_placement_failure?.atMs ?? 0;
    const leaveAtMs = Math.max(dueAtMs, spotFailedAtMs + policy.stayShiftedMs);
    if (!isStuck || nowMs < leaveAtMs) {
      return isShort
        ? hold(step, 'on_demand_shortage', onDemand, nowMs + recheckMs, next)
        : hold(step, 'deployment_in_progress', 'a deployment is in progress', nowMs + recheckMs, next);
    }
  }
  if (nowMs < dueAtMs) {
    return isShort && figures.staying < figures.wanted
      ? hold(step, 'on_demand_shortage', onDemand, nowMs + recheckMs, next)
      : hold(step, 'strategy_held', untilReturn(step, state), dueAtMs, next);
  }
  const { original, shifted } = state;
  return force(step, 'it has been shifted for long enough: the original strategy is put back', {
    original,
    shifted,
    phase: 'restoring',
    phaseSinceMs: nowMs,
    ...(isThrough(primary) ? {} : { shiftIncomplete: true }),
  });
}

/** So many tasks of a shift that failed to start are no accident. */
const failedTasksMin = 3;

/**
 * Nothing calls a shift failed where the service has neither circuit breaker nor alarms: its tasks fail to start, not for
 * lack of room, and no end comes. ECS is asked once to roll it back; that is no second forced deployment.
 */
function planFailingShift(step: Step, state: StrategyState, isShort: boolean): Plan | undefined {
  const { control, primary, policy, figures, nowMs } = step;
  const newest = newestDeployment(primary);
  const serviceDeploymentArn = primary.currentServiceDeployment;
  if (isShort || state.stopAsked !== undefined || serviceDeploymentArn === undefined) return undefined;
  if (newest === undefined || newest.id !== state.deployment || newest.failedTasks < failedTasksMin) return undefined;
  if (nowMs - newest.createdAtMs < policy.deploymentStalledAfterMs) return undefined;
  return {
    reason: 'strategy_shift_failed',
    explanation: `${newest.failedTasks} tasks of the shift failed to start: it is rolled back`,
    commands: [{ kind: 'StopServiceDeployment', serviceDeploymentArn }],
    next: { ...control, strategy: { ...state, stopAsked: serviceDeploymentArn } },
    wakeAtMs: nowMs + recheckMs,
    figures,
  };
}

/** The shift failed as a deployment and ECS leaves it at that: it is undone as soon as the cool-down allows. */
function planFailedShift(step: Step, state: StrategyState): Plan {
  const { control, policy, nowMs } = step;
  const dueAtMs = readyAtMs(control, policy);
  const explanation = 'the shift failed as a deployment: the original strategy is put back';
  if (nowMs < dueAtMs) {
    return hold(step, 'strategy_shift_failed', `${explanation} after the cool-down`, dueAtMs, {
      ...control,
      strategy: state,
    });
  }
  const { original, shifted } = state;
  return force({ ...step, control: { ...control, ...shiftFailed(control, nowMs) } }, explanation, {
    original,
    shifted,
    phase: 'restoring',
    phaseSinceMs: nowMs,
    shiftIncomplete: true,
  });
}

/** The return was saved but ECS shows the shifted strategy: the answer lags, it was never made, or it was undone. */
export function planUnseenRestore(step: Step, state: StrategyState): Plan {
  const { primary, nowMs } = step;
  if (isBeingRolledBack(primary)) return turnedBack(step, state);
  if (nowMs < visibleAtMs(state)) {
    return hold(step, 'strategy_held', 'the return is not visible yet', visibleAtMs(state));
  }
  if (state.deployment !== undefined && !isStillNewest(primary, state.deployment)) return turnedBack(step, state);
  // Others have deployed the shifted strategy since, or a deployment is in the way: the return waits its turn again.
  if (!isStillNewest(primary, state.replacedDeployment) || !isThrough(primary)) {
    return planRestore(step, shiftedBy(step, state, state.phaseSinceMs));
  }
  return force(step, 'the return was never made: the original strategy is put back', again(step, state));
}

/**
 * The original is in place; the return has succeeded when its deployment is through. Where Spot has no room at all that
 * may take as long as the shortage: nothing is lost by it, the on-demand tasks stay until each has its successor, and
 * what ECS tries is the only thing that tells when Spot is back. Once it is, the return is turned back all the same and
 * tried again a while later: a Spot that has just come back is the one that goes again. So it is where Spot has room for
 * a part of the service only, which is what the shift was made against.
 */
export function planSettle(step: Step, state: StrategyState): Plan {
  const { facts, control, primary, policy, figures, nowMs } = step;
  if (isThrough(primary)) {
    const next = {
      ...ended(control, state, { endedAtMs: nowMs, restored: true }),
      lastWholeAtMs: settledAtMs(control, policy, nowMs),
    };
    return hold(step, 'steady', 'the original strategy is back and its deployment complete', undefined, next);
  }
  if (hasFailed(primary)) return planFailedReturn(step, state);
  const newest = newestDeployment(primary)?.id;
  const deployment = state.deployment ?? ourDeployment(primary, state.phaseSinceMs);
  const seen: StrategyState = deployment === undefined ? state : { ...state, deployment };
  const next = { ...control, strategy: seen };
  if (deployment === undefined) {
    const explanation = 'whether the deployment is our return cannot be told: it is not touched';
    return hold(step, 'deployment_in_progress', explanation, nowMs + recheckMs, next);
  }
  if (deployment !== newest) {
    const explanation = 'somebody else deploys over the return, with the original strategy: theirs is not touched';
    const over = ended(control, state, { endedAtMs: nowMs, restored: true });
    return hold(step, 'deployment_in_progress', explanation, nowMs + recheckMs, over);
  }
  const failedAtMs = facts.ledger.signals.spot_placement_failure?.atMs ?? 0;
  if (failedAtMs <= state.phaseSinceMs) {
    return hold(step, 'strategy_held', 'the return is being deployed', nowMs + recheckMs, next);
  }
  if (state.shiftIncomplete === true) {
    const explanation =
      'Spot cannot place the return either, and there is no complete shift to go back to: ECS keeps trying';
    return hold(step, 'strategy_held', explanation, nowMs + recheckMs, next);
  }
  const serviceDeploymentArn = primary.currentServiceDeployment;
  if (state.stopAsked !== undefined || serviceDeploymentArn === undefined) {
    const explanation = 'Spot cannot place; ECS was asked for a rollback once or cannot be: it keeps trying';
    return hold(step, 'strategy_held', explanation, nowMs + recheckMs, next);
  }
  if (isLeftToEcs(step)) {
    const explanation = 'Spot has no room yet: the on-demand tasks stay, ECS keeps trying';
    const waiting: ControlState = { ...control, strategy: { ...seen, waitedForSpot: true } };
    return hold(step, 'strategy_held', explanation, nowMs + recheckMs, waiting);
  }
  // The return and its rollback are one change: waiting for the cool-down would leave half of the service on Spot.
  return {
    reason: 'strategy_turned_back',
    explanation:
      state.waitedForSpot === true
        ? 'Spot has only just come back: the return is rolled back and tried again later'
        : 'Spot has room for a part only: the return is rolled back',
    commands: [{ kind: 'StopServiceDeployment', serviceDeploymentArn }],
    next: { ...control, strategy: { ...seen, stopAsked: serviceDeploymentArn }, lastForcedAtMs: nowMs },
    wakeAtMs: nowMs + recheckMs,
    figures,
  };
}

/**
 * Nothing is missing, and no returned task has a place yet. A service that was shifted for a release only, or is not to
 * be shifted again, does not wait until Spot has proved itself: having room for all is enough.
 */
function isLeftToEcs({ facts, primary, policy, figures }: Step): boolean {
  if (figures.shortfall > 0) return false;
  const { runningCount = 0, pendingCount = 0, desiredCount = 0 } = newestDeployment(primary) ?? {};
  const placed = runningCount + pendingCount;
  if (placed === 0) return true;
  const isShiftable = policy.fallback === 'strategy' && policy.mode === 'act';
  return !isShiftable && (placed >= desiredCount || !isSpotShort(facts, policy));
}

/** The strategy that ECS shows decides: it is the original. Should ECS roll back later, the shift is adopted again. */
function planFailedReturn(step: Step, state: StrategyState): Plan {
  const { control, nowMs } = step;
  // Between a stop and its rollback the failed deployment may be shown alone.
  const rolledBackAtMs = (control.lastForcedAtMs ?? 0) + writeVisibleMs;
  if (nowMs < rolledBackAtMs) {
    return hold(step, 'strategy_held', 'the return failed; it may still be rolled back', rolledBackAtMs);
  }
  const next = ended(control, state, { endedAtMs: nowMs, restored: true });
  const explanation = 'the deployment of the original strategy failed; ECS shows the original, so it stands';
  return hold(step, 'strategy_held', explanation, nowMs + recheckMs, next);
}

/** ECS shows the shifted strategy again after our return: rolled back on our word, or by somebody else. */
function turnedBack(step: Step, state: StrategyState): Plan {
  const { control, nowMs } = step;
  const byUs = state.stopAsked !== undefined;
  const next = {
    ...control,
    strategy: {
      ...shiftedBy(step, state, nowMs),
      turnedBack: true as const,
      ...(byUs && state.waitedForSpot === true ? { waitedForSpot: true as const } : {}),
    },
    lastForcedAtMs: nowMs,
  };
  const explanation = byUs
    ? 'the return is rolled back: the shifted strategy is in place again'
    : 'somebody else, or a circuit breaker, rolled the return back: the shifted strategy is in place again';
  return hold(step, byUs ? 'strategy_held' : 'strategy_turned_back', explanation, nowMs + recheckMs, next);
}

/** On-demand placement has failed since then, and no on-demand task has come up after that. */
function isOnDemandShort({ facts, policy }: Step, sinceMs: number): boolean {
  const failedAtMs = facts.ledger.signals.on_demand_placement_failure?.atMs ?? 0;
  return (
    failedAtMs > sinceMs &&
    !facts.ledger.tasks.some(
      (task) => task.capacityProviderName === policy.onDemandProvider && (task.startedAtMs ?? 0) > failedAtMs,
    )
  );
}
