import { type ServicePolicy, type StackPolicy, servicePolicy } from '../../../shared/policy/policy.ts';
import type { ReplayPolicy } from '../policy.ts';
import { InputError } from '../trace.ts';
import { ballast } from './ballast.ts';
import { flip, onDemandOnly, onFailure, spotOnly, wholeTwin } from './rivals.ts';

/** Settings of a policy file, by their names in `policy.yml`. */
export type PolicySettings = Readonly<Record<string, string>>;

/**
 * Ballast's two instruments, and other ways to keep a service up. A variant of Ballast is one more line here.
 * @param source of the settings, for people.
 * @throws InputError naming source and setting.
 */
export function policiesOf(stack: StackPolicy, settings: PolicySettings, source = 'policy'): ReplayPolicy[] {
  const variant = (name: string, title: string, own: PolicySettings): ReplayPolicy =>
    ballast(name, title, policyOf(stack, { ...settings, ...own }, source));
  return [
    variant('bridge', 'Ballast, bridge', { fallback: 'bridge' }),
    variant('hedged', 'Ballast, hedged bridge', { fallback: 'bridge', hedge: '100pct', 'return-after': '0s' }),
    variant('strategy', 'Ballast, strategy', { fallback: 'strategy' }),
    spotOnly,
    onDemandOnly,
    flip,
    wholeTwin,
    onFailure,
  ];
}

/** What tags of that content would make of a service in mode act. */
function policyOf(stack: StackPolicy, settings: PolicySettings, source: string): ServicePolicy {
  const tags = Object.entries({ ...settings, managed: 'true', mode: 'act' });
  const outcome = servicePolicy(stack, Object.fromEntries(tags.map(([key, value]) => [stack.tagPrefix + key, value])));
  if (outcome.ok) return outcome.policy;
  throw new InputError(`${source}: ${outcome.tag.slice(stack.tagPrefix.length)}: ${outcome.problem}`);
}
