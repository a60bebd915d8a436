import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { parseStackPolicy, type StackPolicy } from '../shared/policy/policy.ts';

/** The policy that the bundles carry, read from its source. */
export function loadStackPolicy(): StackPolicy {
  return parseStackPolicy(parse(readFileSync(new URL('../infra/policy.yml', import.meta.url), 'utf8')));
}
