import type { RuleSet } from '../rules.ts';
import type { EventBridgeEvent } from '../world/world.ts';

/** The members of an event that the patterns of `infra/rules.yml` ask about; a test compares with the patterns. */
const askedMembers = [
  'desiredStatus',
  'lastStatus',
  'stopCode',
  'stoppedReason',
  'capacityProviderName',
  'eventName',
] as const;

/** The same in every storm of a run. */
const knownOf = new WeakMap<RuleSet, Map<string, readonly string[]>>();

/** Matching costs as much as a tenth of a storm, and thousands of its events are alike in what the rules ask. */
export function rememberedRules(rules: RuleSet): (event: EventBridgeEvent) => readonly string[] {
  const known = knownOf.get(rules) ?? new Map<string, readonly string[]>();
  knownOf.set(rules, known);
  return (event) => {
    const { source, 'detail-type': detailType, detail } = event;
    let key = `${source}|${detailType}`;
    for (const member of askedMembers) key += `|${detail[member]}`;
    let matched = known.get(key);
    if (matched === undefined) {
      matched = rules.matching(event);
      known.set(key, matched);
    }
    return matched;
  };
}
