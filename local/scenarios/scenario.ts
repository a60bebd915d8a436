import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { VirtualLambda } from '../virtual/virtual-region.ts';
import type { Switches } from '../world/switches.ts';
import type { EventBridgeEvent, World } from '../world/world.ts';
import type { Cast } from './cast.ts';
import type { CountingJobs } from './counting-jobs.ts';
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
  /** Functions that checkpoint hooks invoke, by name. */
  readonly lambdas?: Readonly<Record<string, VirtualLambda>>;
  /** Jobs whose containers are scripted. */
  readonly countingJobs?: (world: World, report: Operator['report']) => CountingJobs;
  /** When, and how often, the bus delivers an event; once and at once by default. */
  readonly deliveries?: (event: EventBridgeEvent) => readonly number[];
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

/** What a person or a task can do besides; absent in the run without Ballast. */
export interface Operator extends Pick<Ledger, 'setPause' | 'askReturn'> {
  /** An event of the source `ballast.task` on the bus `ballast`. */
  readonly report: (detailType: string, detail: object) => void;
  /** Everything that ECS has told so far comes once more, as out of a dead-letter queue. */
  readonly redrive: () => void;
  /** What goes wrong with Ballast itself; only where somebody watches its alarms. */
  readonly disturb?: Disturbances;
}

/** Trouble with what Ballast runs on. */
export interface Disturbances {
  /** An event into the default bus, as somebody else might have written it. */
  tell(event: EventBridgeEvent): void;
  /** So many invocations of the function end without an answer. */
  crash(functionName: string, times: number): void;
  /** A message that can never be handled reaches the function's dead-letter queue. */
  poison(functionName: string): void;
  /** EventBridge could not deliver an event, and put it into the queue for those. */
  undelivered(): void;
  /** Somebody has looked at the dead letters and taken them out. */
  drain(): void;
  /** From now on CloudWatch takes what `reconcile` puts, or does not. */
  takeMetrics(takes: boolean): void;
}
