/** Seeded randomness: the same seed and name give the same numbers, whatever else is drawn. */
export interface Rng {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(min: number, max: number): number;
}

/** A stream of its own per name, so that a service's luck does not depend on how many others there are. */
export function rngOf(seed: number, name: string): Rng {
  return rngFrom(hashOf(`${seed}/${name}`));
}

/** @param hash of `SEED/NAME`, where many names begin alike and what they share is hashed once. */
export function rngFrom(hash: number): Rng {
  let state = hash;
  const next = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { next, between: (min, max) => min + Math.floor(next() * (max - min + 1)) };
}

/** FNV-1a, 32 bits. @param before the hash of what stands before the text. */
export function hashOf(text: string, before = 0x811c9dc5): number {
  let value = before;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value;
}
