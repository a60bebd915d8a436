import { policiesOf } from '../../../local/replay/policies/catalogue.ts';
import type { ReplayPolicy } from '../../../local/replay/policy.ts';
import { defaultSettings, type ReplaySettings } from '../../../local/replay/settings.ts';
import { type Trace, traceOf } from '../../../local/replay/trace.ts';
import { loadStackPolicy } from '../../../local/stack-policy.ts';

/**
 * Nothing is left to chance: a launch takes 60 s, stopTimeout is 30 s, every event arrives after a second. ECS looks one
 * second after each change.
 */
export function someSettings(changed: Partial<ReplaySettings> = {}): ReplaySettings {
  return {
    ...defaultSettings,
    tasks: 2,
    launch: { medianMs: 60_000, p95Ms: 60_000 },
    eventLagMs: [1_000, 1_000],
    ...changed,
  };
}

/** A sample a minute: `[10, 2], [5, 0]` is ten minutes with room for two tasks, and five with none. */
export function minutes(tasks: number, ...parts: readonly (readonly [number, number])[]): Trace {
  const data = parts.flatMap(([count, capacity]) => Array.from({ length: count }, () => capacity));
  return traceOf('minutes', { metadata: { gap_seconds: 60 }, data }, tasks);
}

/** With the settings that the numbers of the tests are worked out for, whatever the stack's defaults. */
export const policies = policiesOf(loadStackPolicy(), {
  'return-after': '5m',
  'return-step': '25pct',
  cooldown: '30m',
  'stay-shifted': '30m',
  'idle-bridge': '15m',
  'launch-grace': '5m',
});

export function policyNamed(name: string): ReplayPolicy {
  const policy = policies.find((one) => one.name === name);
  if (policy === undefined) throw new Error(`no policy ${name}`);
  return policy;
}
