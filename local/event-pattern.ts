import { InvalidPatternError } from './event-pattern/invalid-pattern-error.ts';
import { type Leaf, leavesOf, withAncestors } from './event-pattern/leaves.ts';
import { compileMatcher, type Matcher, objectOf, reservedNames } from './event-pattern/matchers.ts';

/**
 * EventBridge's documented pattern semantics. Fields of a pattern are joined by and, entries of a list by or; a field
 * of an array of objects is satisfied only together with fields of the same element.
 */

/** What a pattern asks of one leaf. */
interface Condition {
  readonly path: string;
  readonly anyOf: readonly Matcher[];
}

/** Where in the pattern a field stands. */
interface Place {
  readonly path: string;
  readonly insideOr: boolean;
}

/** @throws InvalidPatternError naming the path and the reason, for a pattern that EventBridge refuses. */
export function compilePattern(pattern: unknown): (event: unknown) => boolean {
  const alternatives = alternativesOf(pattern, { path: '', insideOr: false }).map((conditions) =>
    conditions.toSorted(byPath),
  );
  const asked = withAncestors(alternatives.flat().map(({ path }) => path));
  return (event) => {
    const leaves = leavesOf(event, asked);
    return alternatives.some((conditions) => holds(conditions, 0, leaves, new Map()));
  };
}

/** The pattern as a list of alternatives, each a list of conditions that have to hold together. */
function alternativesOf(pattern: unknown, place: Place): Condition[][] {
  const fields = objectOf(pattern);
  if (fields === undefined) throw new InvalidPatternError(place.path, 'must be an object or an array');
  const entries = Object.entries(fields);
  if (entries.length === 0) throw new InvalidPatternError(place.path, 'empty objects are not allowed');
  let alternatives: Condition[][] = [[]];
  for (const [name, value] of entries) {
    const own = name === '$or' ? orOf(value, place.path) : fieldOf(name, value, place);
    alternatives = alternatives.flatMap((left) => own.map((right) => joined(left, right)));
  }
  return alternatives;
}

/** A field that stands both beside and inside an `$or` is decided by whichever comes later, as duplicate keys are. */
function joined(left: readonly Condition[], right: readonly Condition[]): Condition[] {
  return [...new Map([...left, ...right].map((condition) => [condition.path, condition])).values()];
}

function orOf(patterns: unknown, path: string): Condition[][] {
  if (!Array.isArray(patterns)) throw new InvalidPatternError(path, '$or must be an array');
  if (patterns.length < 2) throw new InvalidPatternError(path, '$or needs at least two objects');
  return patterns.flatMap((pattern) => {
    if (objectOf(pattern) === undefined) throw new InvalidPatternError(path, '$or holds objects only');
    return alternativesOf(pattern, { path, insideOr: true });
  });
}

function fieldOf(name: string, value: unknown, place: Place): Condition[][] {
  const path = place.path === '' ? name : `${place.path}.${name}`;
  // Match expressions directly in an $or are the usual mistake: AWS refuses their names there.
  if (place.insideOr && reservedNames.has(name)) {
    throw new InvalidPatternError(path, `${name} cannot be a field's name inside $or`);
  }
  if (!Array.isArray(value)) return alternativesOf(value, { ...place, path });
  if (value.length === 0) throw new InvalidPatternError(path, 'empty arrays are not allowed');
  return [[{ path, anyOf: value.map((entry) => compileMatcher(entry, path)) }]];
}

/** By UTF-16 code units, as AWS's matcher goes through fields: it decides which elements `exists: false` looks at. */
function byPath(left: Condition, right: Condition): number {
  if (left.path === right.path) return 0;
  return left.path < right.path ? -1 : 1;
}

/**
 * Tries the leaves of each condition in turn, keeping to the array elements chosen so far. What is absent from those
 * elements is absent, even if another element has it.
 */
function holds(
  conditions: readonly Condition[],
  from: number,
  leaves: ReadonlyMap<string, readonly Leaf[]>,
  chosen: ReadonlyMap<number, number>,
): boolean {
  const condition = conditions[from];
  if (condition === undefined) return true;
  const candidates = (leaves.get(condition.path) ?? []).filter(({ within }) => isConsistent(within, chosen));
  for (const matcher of condition.anyOf) {
    if (matcher.kind === 'absent') {
      if (candidates.length === 0 && holds(conditions, from + 1, leaves, chosen)) return true;
      continue;
    }
    for (const { value, within } of candidates) {
      if (matcher.matches(value) && holds(conditions, from + 1, leaves, new Map([...chosen, ...within]))) return true;
    }
  }
  return false;
}

function isConsistent(within: ReadonlyMap<number, number>, chosen: ReadonlyMap<number, number>): boolean {
  return [...within].every(([array, index]) => (chosen.get(array) ?? index) === index);
}
