import { type Rng, rngOf } from '../world/rng.ts';

/** What a seed decides, drawn from a stream of its own name. */
export interface Draw {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(min: number, max: number): number;
  chance(share: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
}

export function drawOf(seed: number, name: string): Draw {
  const rng: Rng = rngOf(seed, `simulate/${name}`);
  return {
    next: rng.next,
    between: rng.between,
    chance: (share) => rng.next() < share,
    pick: (from) => from[rng.between(0, from.length - 1)] ?? from[0],
  };
}
