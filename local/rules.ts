import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { compilePattern } from './event-pattern.ts';

/** The EventBridge rules of the default bus, as `infra/rules.yml` has them. */
export interface RuleSet {
  /** Logical ids of the rules that take the event. */
  matching(event: unknown): string[];
}

const rulesFile = new URL('../infra/rules.yml', import.meta.url);

interface Fragment {
  readonly Resources: Readonly<
    Record<string, { readonly Properties: { readonly EventPattern: unknown; readonly EventBusName?: unknown } }>
  >;
}

export function loadRules(): RuleSet {
  // CloudFormation's short forms (`!GetAtt`) name targets; patterns have none.
  const fragment = parse(readFileSync(rulesFile, 'utf8'), { logLevel: 'error' }) as Fragment;
  const compiled = Object.entries(fragment.Resources)
    .filter(([, { Properties }]) => Properties.EventBusName === undefined)
    .map(([id, { Properties }]) => ({ id, matches: compilePattern(Properties.EventPattern) }));
  return { matching: (event) => compiled.filter(({ matches }) => matches(event)).map(({ id }) => id) };
}
