import { createEngine } from './engine.ts';
import type { Figures, Sample } from './meter.ts';
import type { Listener, ReplayPolicy } from './policy.ts';
import { lookAt } from './scheduler.ts';
import type { ReplaySettings } from './settings.ts';
import type { Trace } from './trace.ts';

export interface Run {
  readonly figures: Figures;
  /** Healthy tasks over time. */
  readonly samples: readonly Sample[];
}

/** Plays a trace under one policy. The same trace, settings and policy give the same run. */
export function replay(trace: Trace, { provider, start }: ReplayPolicy, settings: ReplaySettings): Run {
  let listener: Listener = () => undefined;
  const engine = createEngine({ trace, settings, provider, look: lookAt, hear: (event) => listener(event) });
  if (start !== undefined) listener = start(engine);
  return { figures: engine.run(), samples: engine.meter.samples };
}
