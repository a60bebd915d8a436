import type { ServicePolicy } from '../policy/policy.ts';
import type { Service } from '../ports/ecs.ts';
import type { StrategyState } from './control-state.ts';
import type { Plan, Reason } from './plan.ts';
import { remembered, shiftableAtMs } from './relapse.ts';
import { newestDeployment, saysRollback } from './rollout.ts';
import type { ServiceFacts } from './service-facts.ts';
import { isSpotShort, shortfallFigures } from './shortfall.ts';
import { strategyIneligibility } from './strategy.ts';
import { again, force, hold, isStillNewest, recheckMs, type Step, untilShift, visibleAtMs } from './strategy-step.ts';

/**
 * A deployment that Spot keeps from coming through: `deploy-when-short`. A bridge cannot complete it, since the tasks
 * that are missing are the primary's own. Waiting is no retry and no rollback of ours; a shift launches the same revision
 * on demand, the one exception to the rule that no strategy changes while a deployment is under way.
 */

/** Plans that say nothing which matters more than that a release waits. */
const quiet: readonly Reason[] = [
  'steady',
  'bridge_held',
  'bridge_idle',
  'replacement_pending',
  'deployment_in_progress',
  'strategy_held',
  'fallback_none',
];

/** The capacity plan, or what the waiting deployment makes of it. */
export function planDeploymentInShortage(
  facts: ServiceFacts,
  primary: Service,
  policy: ServicePolicy,
  capacity: Plan,
  nowMs: number,
): Plan {
  // What the tasks lack comes first: the service is decided about again when that is written.
  if (capacity.commands.length > 0 || !quiet.includes(capacity.reason)) return capacity;
  if (facts.ledger.control.strategy !== undefined || !isKeptFromSpot(facts, primary, policy)) return capacity;
  const step = stepOf({ ...facts, ledger: { ...facts.ledger, control: capacity.next } }, primary, policy, nowMs);
  const wait = (why: string, wakeAtMs = nowMs + recheckMs): Plan => ({
    ...capacity,
    reason: 'deployment_waits_for_spot',
    explanation: `${standingText(primary)}: ${why}`,
    wakeAtMs: Math.min(capacity.wakeAtMs ?? Number.POSITIVE_INFINITY, wakeAtMs),
  });
  if (policy.deployWhenShort === 'wait') return wait('the release waits, ECS keeps trying');
  const why = strategyIneligibility(primary);
  if (why !== undefined) return wait(`it cannot be shifted (${why})`);
  const dueAtMs = (newestDeployment(primary)?.createdAtMs ?? nowMs) + policy.launchGraceMs;
  if (nowMs < dueAtMs) return wait('it is shifted to on-demand after launch-grace', dueAtMs);
  if (nowMs < shiftableAtMs(step.control, policy)) return wait(untilShift(step), shiftableAtMs(step.control, policy));
  return shift(step, {
    original: primary.capacityProviderStrategy,
    shifted: [{ capacityProvider: policy.onDemandProvider, weight: 1 }],
    phase: 'shifting',
    phaseSinceMs: nowMs,
    forDeployment: true,
  });
}

/** The shift of a deployment was saved but ECS does not show it: the answer lags, or it was never sent. */
export function planUnseenDeploymentShift(
  facts: ServiceFacts,
  primary: Service,
  policy: ServicePolicy,
  state: StrategyState,
  nowMs: number,
): Plan {
  const step = stepOf(facts, primary, policy, nowMs);
  if (nowMs < visibleAtMs(state)) {
    return hold(step, 'strategy_held', 'the shift of the release is not visible yet', visibleAtMs(state));
  }
  if (isStillNewest(primary, state.replacedDeployment) && isKeptFromSpot(facts, primary, policy)) {
    return shift(step, again(step, state));
  }
  const { strategy: _never, ...forgotten } = step.control;
  return hold(step, 'steady', 'the shift was never made and is not needed now', undefined, forgotten);
}

function shift(step: Step, state: StrategyState): Plan {
  const explanation = `${standingText(step.primary)}: the same revision is launched on demand`;
  return { ...force(step, explanation, state), reason: 'deployment_shifted' };
}

/**
 * A deployment is under way, lacks tasks, and Spot has failed to place since it began; and nothing says that its tasks
 * fail by themselves. A bad release never gets on-demand capacity for being bad.
 */
function isKeptFromSpot(facts: ServiceFacts, primary: Service, policy: ServicePolicy): boolean {
  const newest = newestDeployment(primary);
  if (newest === undefined || primary.deploymentController !== 'ECS' || primary.deploymentStrategy !== 'ROLLING') {
    return false;
  }
  if (newest.rolloutState !== 'IN_PROGRESS' || saysRollback(primary)) return false;
  if (newest.runningCount >= newest.desiredCount || newest.failedTasks > 0) return false;
  const { signals, tasks } = facts.ledger;
  const failedAtMs = signals.spot_placement_failure?.atMs ?? 0;
  if (!isSpotShort(facts, policy) || failedAtMs < newest.createdAtMs) return false;
  const isImpaired = [signals.task_start_impaired, signals.task_configuration_failure].some(
    (signal) => (signal?.atMs ?? 0) >= newest.createdAtMs,
  );
  const hasEnded = tasks.some(
    ({ deploymentId, stoppedAtMs, spotStopAtMs }) =>
      deploymentId === newest.id && stoppedAtMs !== undefined && spotStopAtMs === undefined,
  );
  return !isImpaired && !hasEnded;
}

function standingText(primary: Service): string {
  const newest = newestDeployment(primary);
  return `${newest?.runningCount} of ${newest?.desiredCount} tasks of the release run, Spot cannot place the rest`;
}

function stepOf(facts: ServiceFacts, primary: Service, policy: ServicePolicy, nowMs: number): Step {
  const figures = {
    ...shortfallFigures(facts, policy, nowMs),
    bridgeDesired: facts.bridge?.desiredCount ?? 0,
  };
  return { facts, control: remembered(facts.ledger.control, nowMs), primary, policy, nowMs, figures };
}
