import { type Rng, rngOf } from '../world/rng.ts';
import { type Recording, type Trace, traceOf } from './trace.ts';

/**
 * Traces of our own making, in the form of a recording: one sample a minute, of three zones with four places each. The
 * shapes are what operators report of Fargate Spot; the numbers are ours and prove nothing about AWS.
 */

const gapSeconds = 60;
const zones = 3;
const placesPerZone = 4;
const places = zones * placesPerZone;
const day = 1_440;

type Samples = number[];

interface Synthetic {
  readonly name: string;
  readonly days: number;
  /** Lowers samples of a trace that is whole. */
  readonly disturb: (samples: Samples, rng: Rng) => void;
}

const catalogue: readonly Synthetic[] = [
  { name: 'calm', days: 30, disturb: calm },
  { name: 'flapping', days: 14, disturb: flapping },
  { name: 'zone-loss', days: 14, disturb: zoneLoss },
  { name: 'long-drought', days: 14, disturb: longDrought },
];

/** The same seed gives the same traces. */
export function syntheticTraces(tasks: number, seed: number): Trace[] {
  return catalogue.map((one) => traceOf(one.name, syntheticRecording(one, seed), tasks));
}

function syntheticRecording({ name, days, disturb }: Synthetic, seed: number): Recording {
  const data: Samples = Array.from({ length: days * day }, () => places);
  disturb(data, rngOf(seed, `trace/${name}`));
  return { metadata: { gap_seconds: gapSeconds }, data };
}

/** A few places are taken every other day or so, and are back within half an hour. */
function calm(samples: Samples, rng: Rng): void {
  for (let at = waiting(rng, 2 * day); at < samples.length; at += waiting(rng, 2 * day)) {
    take(samples, at, rng.between(5, 30), rng.between(1, placesPerZone));
  }
}

/** Spot comes and goes a dozen times a day, as in the most restless recordings, and seldom all of it. */
function flapping(samples: Samples, rng: Rng): void {
  for (let at = waiting(rng, 100); at < samples.length; ) {
    const length = waiting(rng, 20);
    take(samples, at, length, rng.between(placesPerZone / 2, places));
    at += length + waiting(rng, 100);
  }
}

/** A whole zone goes for hours, every three days or so; the other two carry on, now and then a place short. */
function zoneLoss(samples: Samples, rng: Rng): void {
  for (let at = waiting(rng, 3 * day); at < samples.length; at += waiting(rng, 3 * day)) {
    const length = rng.between(2 * 60, 12 * 60);
    take(samples, at, length, placesPerZone);
    take(samples, at + rng.between(0, length), rng.between(10, 60), rng.between(1, 2));
  }
}

/** Once, everything goes for more than three days; it goes and comes zone by zone, and hesitates when it comes back. */
function longDrought(samples: Samples, rng: Rng): void {
  const start = rng.between(3 * day, 5 * day);
  const end = start + rng.between(3 * day, 4 * day);
  for (let zone = 0; zone < zones; zone += 1) {
    const from = start + rng.between(0, 90) * zone;
    const until = end + rng.between(0, 120) * zone;
    take(samples, from, until - from, placesPerZone);
    take(samples, until + rng.between(3, 20), rng.between(3, 20), rng.between(1, placesPerZone));
  }
}

function take(samples: Samples, at: number, length: number, count: number): void {
  for (let index = at; index < Math.min(samples.length, at + length); index += 1) {
    samples[index] = Math.max(0, (samples[index] ?? 0) - count);
  }
}

/** Minutes until the next of events that come by chance, so many minutes apart on average. */
function waiting(rng: Rng, meanMinutes: number): number {
  return Math.ceil(-Math.log(1 - rng.next()) * meanMinutes);
}
