import type { Switches } from '../world/switches.ts';
import type { World } from '../world/world.ts';

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
}

export interface Act {
  readonly atMs: number;
  /** What happens, for people. */
  readonly title: string;
  readonly run: (world: World, cast: Cast) => void;
  /** What follows, for whoever watches at a clock of their own choice: seconds that count, or nothing for a while. */
  readonly pace?: 'tense' | 'calm';
  /** Figures are told apart from here on. */
  readonly opensPart?: string;
}

/** Who plays: by the name that the tables show. */
export interface Cast {
  readonly clusterArn: string;
  readonly services: readonly {
    readonly name: string;
    readonly arn: string;
    readonly role: string;
    readonly targetGroupArn?: string;
  }[];
}
