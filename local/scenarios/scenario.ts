import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { Switches } from '../world/switches.ts';
import type { World } from '../world/world.ts';
import type { Cast } from './cast.ts';
import type { Goal, Outcome } from './outcome.ts';

/** Scenarios begin then: a time to count from, nothing else. */
export const scenarioStartMs = Date.parse('2026-03-01T09:00:00Z');

export const minute = 60_000;

/** That many minutes after the start. */
export const at = (minutes: number) => scenarioStartMs + minutes * minute;

/** A story that a world goes through, with Ballast or without. */
export interface Scenario {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  readonly seed: number;
  readonly switches: Partial<Switches>;
  /** Virtual time from start to end. */
  readonly durationMs: number;
  /** Clusters, task definitions and services, by the same calls that an engineer's tools make. */
  readonly setUp: (world: World) => Cast;
  /** What happens to it, in order of time. */
  readonly acts: readonly Act[];
  /** Overrides of the stack's own policy, as in infra/policy.yml. */
  readonly stackPolicy?: Partial<StackPolicy>;
  /** What has to come of it, measured: the run fails where one is missed. */
  readonly goals?: (outcome: Outcome, without: Outcome) => readonly Goal[] | Promise<readonly Goal[]>;
}

export interface Act {
  readonly atMs: number;
  /** What happens, for people. */
  readonly title: string;
  readonly run: (world: World, cast: Cast, operator?: Operator) => void | Promise<void>;
  /** What follows, for whoever watches at a clock of their own choice: seconds that count, or nothing for a while. */
  readonly pace?: 'tense' | 'calm';
  /** Figures are told apart from here on. */
  readonly opensPart?: string;
}

/** What a person can do besides; absent in the run without Ballast. */
export type Operator = Pick<Ledger, 'setPause' | 'askReturn'>;
