import type { CapacityProviderStrategyItem } from '../ports/ecs.ts';

/** The bridge as we last wrote it; ECS is asked for what it really is. */
export interface BridgeState {
  readonly serviceName: string;
  readonly createdAtMs: number;
  readonly lastWriteAtMs: number;
  /** Desired count of that write; absent where AWS is known not to have made it. */
  readonly desired?: number;
  /** Since when its desired count is 0. */
  readonly idleSinceMs?: number;
  readonly direction: 'growing' | 'returning';
  /** When `direction` last changed. */
  readonly turnedAtMs?: number;
  /** Made only to know that it can be made; deleted at the next look unless it is needed. */
  readonly isTrial?: boolean;
  /** The primary's deployment whose launch configuration it was last given. */
  readonly deploymentId?: string;
}

/** A write for a bridge that AWS refused: told, and not tried again before `untilMs`. */
export interface Refusal {
  readonly atMs: number;
  readonly untilMs: number;
  readonly times: number;
  readonly error: string;
}

/** A strategy that we replaced and have to put back exactly. */
export interface StrategyState {
  /** As ECS showed it, member by member: an explicit 0 is kept, an absent one stays absent. */
  readonly original: readonly CapacityProviderStrategyItem[];
  readonly shifted: readonly CapacityProviderStrategyItem[];
  /**
   * `shifting` and `restoring` are saved before the write; the next decision compares with ECS and moves on.
   */
  readonly phase: 'shifting' | 'shifted' | 'restoring';
  readonly phaseSinceMs: number;
  /** How often the write of this phase was sent again because ECS never showed it. */
  readonly tries?: number;
  /** The newest deployment when the write was planned: while it is still the newest, the write was not made. */
  readonly replacedDeployment?: string;
  /** The deployment that carries the phase's strategy by our doing, once it was seen. */
  readonly deployment?: string;
  /** The service deployment that was asked to roll back. One is asked once, whatever comes of it. */
  readonly stopAsked?: string;
  /** `shifting` only: made so that a release can come through, whatever the service's fallback is. */
  readonly forDeployment?: true;
  /** `shifted` only: the last return was turned back. */
  readonly turnedBack?: true;
  /** `restoring`: Spot had no room for any task at first. `shifted`: so it was, and Spot came back meanwhile. */
  readonly waitedForSpot?: true;
  /** `restoring` only: the shift never came through, so a rollback of the return would not bring it back. */
  readonly shiftIncomplete?: boolean;
}

/** Returns that did not last, for how long a shift stays. */
export interface Relapses {
  readonly count: number;
  /** The last relapse. */
  readonly lastAtMs: number;
}

/** A shift that is over: ECS may still bring it back, as the deployment that it rolls back to. */
export interface EndedStrategy {
  readonly original: readonly CapacityProviderStrategyItem[];
  readonly shifted: readonly CapacityProviderStrategyItem[];
  /** When the original was in place again, or somebody had written something else. */
  readonly endedAtMs: number;
  /** By the return of the original, whoever wrote it. */
  readonly restored: boolean;
}

/** Fewer tasks than wanted run, those of the bridge counted. */
export interface BelowDesired {
  readonly sinceMs: number;
  /** At some time of it because of Spot. */
  readonly bySpot?: true;
}

/**
 * What a decision has to remember for the next one of the same service. Stored whole in the ledger under the fence,
 * before the commands of the decision are applied: after a crash the next decision finds the intention and compares it
 * with what ECS says. Everything else is read from ECS and from recorded facts each time.
 */
export interface ControlState {
  /** Bridges made so far; makes each bridge's name unique. */
  readonly bridgeGeneration: number;
  readonly bridge?: BridgeState;
  readonly strategy?: StrategyState;
  /** Forgotten after a calm day. */
  readonly relapses?: Relapses;
  /** Shifts that failed as deployments; forgotten after a day without one. */
  readonly failedShifts?: Relapses;
  /** Forgotten after a day. */
  readonly lastStrategy?: EndedStrategy;
  /** When somebody else last put a stored original back. Forgotten after a day. */
  readonly restoredExternallyAtMs?: number;
  /** The last write that replaces the service's tasks, ours or one that undid ours, for the cool-down. */
  readonly lastForcedAtMs?: number;
  /** Latched while a Spot signal or a bridge exists: Application Auto Scaling computes from running tasks. */
  readonly wantedLatched?: number;
  /** Spot stops up to this moment are settled. */
  readonly lastWholeAtMs: number;
  /** Spot stops up to this moment have been made good: no task was missing at a look long after them. */
  readonly madeGoodUntilMs?: number;
  /** A bridge could be made: tried once, in mode act, before it is needed. */
  readonly provenAtMs?: number;
  readonly refusal?: Refusal;
  /** Since when tasks have been missing without a deployment under way. */
  readonly missingSinceMs?: number;
  /** Tasks that stayed at the last look since then: where more do now, some have come up, whatever is told of it. */
  readonly missingStaying?: number;
  /** For metrics only: no decision depends on it. */
  readonly below?: BelowDesired;
  /** Since when a bridge stands whose service is not ours to act for any more. */
  readonly windDownSinceMs?: number;
  /** Calls that were put off have their share of the API rates at that moment. */
  readonly slotAtMs?: number;
  /** Nothing can be written before then and a wake is on its way: no reads are spent until then. */
  readonly quietUntilMs?: number;
  /**
   * What the next look waits for comes at once: a Spot placement failure since then, or, where it waits for the rest of
   * a reclaim, the events of so many tasks.
   */
  readonly gathering?: { readonly sinceMs: number; readonly untold?: number };
  /** The next wake that is on its way. */
  readonly nextWakeAtMs?: number;
  /** Its tasks register in load balancers or registries that a notice has to be answered in. */
  readonly registers?: boolean;
  /** Spot stops since the service was last whole, as the last decision knew them. */
  readonly spotStopsKnown?: number;
  /** Tasks under a live notice that are out of their load balancers by our doing: task ids. */
  readonly deregistered?: readonly string[];
  /**
   * Shortfalls within the stabilization window (`return-after`), oldest first, strictly falling: the first is the
   * window's maximum, the last the newest.
   */
  readonly recentShortfalls: readonly ShortfallSample[];
  /** On-demand is short: no growth before then. */
  readonly onDemandShortUntilMs?: number;
  /** Consecutive findings of that, for the backoff. */
  readonly onDemandShortTimes?: number;
}

export interface ShortfallSample {
  readonly atMs: number;
  readonly count: number;
}

/** The control state of a service that no decision has touched yet. */
export const initialControlState: ControlState = {
  bridgeGeneration: 0,
  lastWholeAtMs: 0,
  recentShortfalls: [],
};
