import { InvalidPatternError } from './event-pattern/invalid-pattern-error.ts';
import { compileMatcher, type Matcher, objectOf } from './event-pattern/matchers.ts';

/**
 * EventBridge's documented pattern semantics. Fields of a pattern are joined by and, entries of a list by or; a field
 * of an array of objects is satisfied only together with fields of the same element.
 */

/** What a pattern asks of one leaf. */
interface Condition {
  readonly path: string;
  readonly anyOf: readonly Matcher[];
}

/** A leaf of an event. `within` says which element it is in of each array on the way to it. */
interface Leaf {
  readonly value: unknown;
  readonly within: ReadonlyMap<string, number>;
}

/** @throws InvalidPatternError naming the path and the reason, for a pattern that EventBridge refuses. */
export function compilePattern(pattern: unknown): (event: unknown) => boolean {
  const alternatives = alternativesOf(pattern, '');
  return (event) => {
    const leaves = new Map<string, Leaf[]>();
    collect(event, '', new Map(), leaves);
    return alternatives.some((conditions) => holds(conditions, 0, leaves, new Map()));
  };
}

/** The pattern as a list of alternatives, each a list of conditions that have to hold together. */
function alternativesOf(pattern: unknown, path: string): Condition[][] {
  const fields = objectOf(pattern);
  if (fields === undefined) throw new InvalidPatternError(path, 'must be an object or an array');
  const entries = Object.entries(fields);
  if (entries.length === 0) throw new InvalidPatternError(path, 'empty objects are not allowed');
  let alternatives: Condition[][] = [[]];
  for (const [name, value] of entries) {
    const own =
      name === '$or' && isOr(value) ? orOf(value, path) : fieldOf(value, path === '' ? name : `${path}.${name}`);
    alternatives = alternatives.flatMap((left) => own.map((right) => joined(left, right)));
  }
  return alternatives;
}

/** A field that stands both beside and inside an `$or` is decided by whichever comes later, as duplicate keys are. */
function joined(left: readonly Condition[], right: readonly Condition[]): Condition[] {
  return [...new Map([...left, ...right].map((condition) => [condition.path, condition])).values()];
}

/** `$or` is a field's name like any other unless its value is a list of patterns. */
function isOr(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => objectOf(one) !== undefined);
}

function orOf(patterns: readonly unknown[], path: string): Condition[][] {
  if (patterns.length < 2) throw new InvalidPatternError(path, '$or needs at least two objects');
  return patterns.flatMap((pattern) => alternativesOf(pattern, path));
}

function fieldOf(value: unknown, path: string): Condition[][] {
  if (!Array.isArray(value)) return alternativesOf(value, path);
  if (value.length === 0) throw new InvalidPatternError(path, 'empty arrays are not allowed');
  return [[{ path, anyOf: value.map((entry) => compileMatcher(entry, path)) }]];
}

/** Only leaves are fields: an object is not, nor is an array without elements. */
function collect(value: unknown, path: string, within: ReadonlyMap<string, number>, leaves: Map<string, Leaf[]>): void {
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      // Only elements that are objects hold fields that belong together.
      const isContainer = typeof element === 'object' && element !== null;
      collect(element, path, isContainer ? new Map([...within, [path, index]]) : within, leaves);
    }
    return;
  }
  const fields = objectOf(value);
  if (fields === undefined) {
    leaves.set(path, [...(leaves.get(path) ?? []), { value, within }]);
    return;
  }
  for (const [name, field] of Object.entries(fields))
    collect(field, path === '' ? name : `${path}.${name}`, within, leaves);
}

/** Tries the leaves of each condition in turn, keeping to the array elements chosen so far. */
function holds(
  conditions: readonly Condition[],
  from: number,
  leaves: ReadonlyMap<string, readonly Leaf[]>,
  chosen: ReadonlyMap<string, number>,
): boolean {
  const condition = conditions[from];
  if (condition === undefined) return true;
  const candidates = leaves.get(condition.path) ?? [];
  for (const matcher of condition.anyOf) {
    if (matcher.kind === 'absent') {
      if (candidates.length === 0 && holds(conditions, from + 1, leaves, chosen)) return true;
      continue;
    }
    for (const { value, within } of candidates) {
      const fits = [...within].every(([array, index]) => (chosen.get(array) ?? index) === index);
      if (fits && matcher.matches(value) && holds(conditions, from + 1, leaves, new Map([...chosen, ...within])))
        return true;
    }
  }
  return false;
}
