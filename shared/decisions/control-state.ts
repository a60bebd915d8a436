import type { CapacityProviderStrategyItem } from '../ports/ecs.ts';

/** The bridge as we last wrote it; ECS is asked for what it really is. */
export interface BridgeState {
  readonly serviceName: string;
  readonly createdAtMs: number;
  readonly lastWriteAtMs: number;
  /** Since when its desired count is 0. */
  readonly idleSinceMs?: number;
  readonly direction: 'growing' | 'returning';
  /** When `direction` last changed. */
  readonly turnedAtMs?: number;
}

/** A strategy that we replaced and have to put back exactly. */
export interface StrategyState {
  readonly original: readonly CapacityProviderStrategyItem[];
  readonly shifted: readonly CapacityProviderStrategyItem[];
  /**
   * `shifting` and `restoring` are saved before the write; the next decision compares with ECS and moves on.
   */
  readonly phase: 'shifting' | 'shifted' | 'restoring';
  readonly phaseSinceMs: number;
  /** Returns that met a Spot placement failure; each doubles the cool-down. */
  readonly relapses: number;
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
  /** The last forced deployment of ours, for the cool-down. */
  readonly lastForcedAtMs?: number;
  /** Latched while a Spot signal or a bridge exists: Application Auto Scaling computes from running tasks. */
  readonly wantedLatched?: number;
  /** Spot stops up to this moment are settled. */
  readonly lastWholeAtMs: number;
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
