import type { DecisionRecord } from '../../shared/decisions/plan.ts';
import type { BusEvent } from '../../shared/ports/bus.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { AwsRequest } from '../virtual/virtual-region.ts';
import type { Step } from '../world/figures.ts';
import type { EventBridgeEvent, World } from '../world/world.ts';
import type { Cast } from './cast.ts';
import type { CountingJobs } from './counting-jobs.ts';
import type { Part } from './parts.ts';

/** What came of a scenario. */
export interface Outcome {
  readonly cast: Cast;
  readonly parts: readonly Part[];
  /** AWS calls of the functions, by action. */
  readonly requests: Readonly<Record<string, number>>;
  readonly writes: readonly AwsRequest[];
  /** Every call in order of time. */
  readonly calls: readonly AwsRequest[];
  readonly decisions: readonly DecisionRecord[];
  /** The truth about each service and its bridge over time, by the service's name in the cast. */
  readonly steps: ReadonlyMap<string, readonly Step[]>;
  /** Events that the world told, with the moment of their arrival. */
  readonly events: readonly { readonly atMs: number; readonly event: EventBridgeEvent }[];
  /** What Ballast told on its bus. */
  readonly busEvents: readonly { readonly atMs: number; readonly event: BusEvent }[];
  /** What became of checkpoints and jobs, as the metrics count it: name and bounded value, in order. */
  readonly tellings: readonly Telling[];
  readonly deadLetters: readonly { readonly body: unknown; readonly error: unknown }[];
  readonly countingJobs?: CountingJobs;
  /** As it is at the end. */
  readonly world: World;
  readonly ledger?: Ledger;
}

/** A line of telemetry: what was told, about which task or hook. */
export interface Telling {
  readonly atMs: number;
  readonly what:
    | 'reported'
    | 'expired'
    | 'hook failed'
    | 'hook unknown'
    | 'resumed'
    | 'not resumed'
    | 'waits'
    | 'poison';
  readonly value: string;
  readonly about: string;
}

/** Something that a scenario has to show, with what was measured. */
export interface Goal {
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}
