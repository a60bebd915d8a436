import type { ServicePolicy } from '../policy/policy.ts';
import type { Service } from '../ports/ecs.ts';
import type { ControlState, StrategyState } from './control-state.ts';
import type { Plan, PlanFigures, Reason } from './plan.ts';
import { returnAtMs, shiftableAtMs } from './relapse.ts';
import { changesStrategyOnly, newestDeployment, saysRollback } from './rollout.ts';
import type { ServiceFacts } from './service-facts.ts';

/** What the decisions about a strategy share. */

/** DescribeServices may lag behind a write by some seconds: only then is a write that does not show called lost. */
export const writeVisibleMs = 60_000;
/** From the moment that a decision is made for until its write has reached ECS, clock skew included. */
const writeMsMax = 15_000;
/** A write that AWS keeps refusing is sent again after 1, 2, 4, 8 and then every 15 minutes. */
const retryMsMax = 900_000;
export const recheckMs = 60_000;

export interface Step {
  readonly facts: ServiceFacts;
  /** What is remembered, less what is too old to count. */
  readonly control: ControlState;
  readonly primary: Service;
  readonly policy: ServicePolicy;
  readonly nowMs: number;
  readonly figures: PlanFigures;
}

export function hold(step: Step, reason: Reason, explanation: string, wakeAtMs?: number, next?: ControlState): Plan {
  return {
    reason,
    explanation,
    commands: [],
    next: next ?? step.control,
    figures: step.figures,
    ...(wakeAtMs === undefined ? {} : { wakeAtMs }),
  };
}

/** Writes the strategy that the state's phase leads to, with forceNewDeployment. It carries no desiredCount. */
export function force(step: Step, explanation: string, state: StrategyState): Plan {
  const { facts, control, primary, nowMs, figures } = step;
  const replacedDeployment = newestDeployment(primary)?.id;
  return {
    reason: 'CapacityProviderRebalanced',
    explanation,
    commands: [
      {
        kind: 'UpdateService.capacityProviderStrategy',
        clusterArn: facts.clusterArn,
        service: primary.serviceName,
        from: primary.capacityProviderStrategy,
        to: state.phase === 'restoring' ? state.original : state.shifted,
      },
    ],
    next: {
      ...control,
      strategy: { ...state, ...(replacedDeployment === undefined ? {} : { replacedDeployment }) },
      lastForcedAtMs: nowMs,
    },
    wakeAtMs: nowMs + recheckMs,
    figures,
  };
}

export function again({ nowMs }: Step, state: StrategyState): StrategyState {
  return { ...state, phaseSinceMs: nowMs, tries: (state.tries ?? 0) + 1 };
}

export function visibleAtMs({ phaseSinceMs, tries = 0 }: StrategyState): number {
  return phaseSinceMs + Math.min(writeVisibleMs * 2 ** tries, retryMsMax);
}

export function untilShift({ control, policy, nowMs }: Step): string {
  const failed = control.failedShifts?.count ?? 0;
  const after = failed === 0 ? '' : `, after ${failed} ${failed === 1 ? 'shift' : 'shifts'} that failed`;
  return `the next shift may be made in ${Math.ceil((shiftableAtMs(control, policy) - nowMs) / 1000)} s${after}`;
}

export function untilReturn({ control, policy, nowMs }: Step, state: StrategyState): string {
  const relapses = control.relapses?.count ?? 0;
  const seconds = Math.ceil((returnAtMs(control, policy, state) - nowMs) / 1000);
  return `the original comes back in ${seconds} s${relapses === 0 ? '' : `, after ${relapses} ${relapses === 1 ? 'relapse' : 'relapses'}`}`;
}

/** Where the id was never noted, nothing speaks against it. */
export function isStillNewest(service: Service, deploymentId: string | undefined): boolean {
  return deploymentId === undefined || newestDeployment(service)?.id === deploymentId;
}

/** A rollback that is complete may be an old one, shown late. */
export function isBeingRolledBack(service: Service): boolean {
  return saysRollback(service) && newestDeployment(service)?.rolloutState !== 'COMPLETED';
}

/**
 * The newest deployment, if it can be ours. Somebody else's release must never be rolled back by us, nor somebody's own
 * return of the original where ours was never made.
 */
export function ourDeployment(primary: Service, writtenAtMs: number): string | undefined {
  const newest = newestDeployment(primary);
  if (newest === undefined || !changesStrategyOnly(primary)) return undefined;
  return newest.createdAtMs <= writtenAtMs + writeMsMax ? newest.id : undefined;
}

/** The shift as ECS shows it. Its deployment is noted only if it can be told from a release of somebody else. */
export function shiftedBy(
  { primary }: Step,
  { original, shifted }: Pick<StrategyState, 'original' | 'shifted'>,
  phaseSinceMs: number,
): StrategyState {
  const deployment = ourDeployment(primary, phaseSinceMs);
  return { original, shifted, phase: 'shifted', phaseSinceMs, ...(deployment === undefined ? {} : { deployment }) };
}
