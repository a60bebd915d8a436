import { rngOf } from '../world/rng.ts';
import type { Provider } from './model.ts';
import type { ReplaySettings } from './settings.ts';

/** How long the launch of a task takes, in milliseconds. */
export type DrawLaunch = (provider: Provider, segment: number, ordinal: number) => number;

/** The standard normal's 95th percentile. */
const z95 = 1.644_853_627;

/**
 * Launch times are drawn by what they are for, the provider's n-th launch since the capacity last changed, and not in
 * the order in which a policy happens to launch: every policy meets the same luck.
 */
export function createDrawLaunch({ seed, launch }: Pick<ReplaySettings, 'seed' | 'launch'>): DrawLaunch {
  const { medianMs, p95Ms } = launch;
  const sigma = Math.log(p95Ms / medianMs) / z95;
  return (provider, segment, ordinal) => {
    if (sigma === 0) return medianMs;
    const rng = rngOf(seed, `launch/${provider}/${segment}/${ordinal}`);
    // Box and Muller; 1 − x is never 0.
    const normal = Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
    return Math.round(medianMs * Math.exp(sigma * normal));
  };
}
