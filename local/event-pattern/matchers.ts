import { addressBits, cidrMatcher } from './cidr.ts';
import { InvalidPatternError } from './invalid-pattern-error.ts';

/** Whether one leaf value of an event satisfies one entry of a pattern's list. */
export type LeafMatcher = (value: unknown) => boolean;

/** `absent` is satisfied by the field's not being there at all. */
export type Matcher = { readonly kind: 'leaf'; readonly matches: LeafMatcher } | { readonly kind: 'absent' };

/** EventBridge compares numbers within these bounds only, and to so many digits after the point. */
const numberMax = 5_000_000_000;
const decimalsMax = 6;

/** Names of match expressions, of their operators, and those that AWS keeps for later ones. */
export const reservedNames: ReadonlySet<string> = new Set([
  'exactly',
  'equals-ignore-case',
  'prefix',
  'suffix',
  'anything-but',
  'exists',
  'wildcard',
  'numeric',
  'cidr',
  '=',
  '<',
  '<=',
  '>',
  '>=',
  'regex',
  'not-wildcard',
  'not-equals-ignore-case',
  'date-after',
  'date-on-or-after',
  'date-before',
  'date-on-or-before',
  'in-date-range',
  'ip-address-in-range',
  'ip-address-not-in-range',
]);

/** One entry of a pattern's list: a value to be equal to, or a match expression. */
export function compileMatcher(entry: unknown, path: string): Matcher {
  if (typeof entry === 'string') return leaf(sameText(entry));
  if (entry === null || ['number', 'boolean'].includes(typeof entry)) return leaf((value) => value === entry);
  const expression = objectOf(entry);
  if (expression === undefined) {
    throw new InvalidPatternError(path, 'a match value is a string, a number, true, false, null or a match expression');
  }
  const [name, operand] = onlyEntry(expression, path);
  switch (name) {
    case 'exists':
      if (typeof operand !== 'boolean') throw new InvalidPatternError(path, 'exists is either true or false');
      return operand ? leaf(() => true) : { kind: 'absent' };
    case 'exactly':
      return leaf(exactly(textOf(operand, name, path)));
    case 'prefix':
    case 'suffix':
      return leaf(affix(name, operand, path));
    case 'equals-ignore-case':
      return leaf(ignoringCase(textOf(operand, name, path)));
    case 'wildcard':
      return leaf(wildcard(textOf(operand, name, path), path));
    case 'anything-but':
      return leaf(anythingBut(operand, path));
    case 'numeric':
      return leaf(numeric(operand, path));
    case 'cidr':
      return leaf(onText(cidrMatcher(textOf(operand, name, path), path)));
    default:
      throw new InvalidPatternError(path, `unrecognized match type ${name}`);
  }
}

function leaf(matches: LeafMatcher): Matcher {
  return { kind: 'leaf', matches };
}

const onText =
  (matches: (text: string) => boolean): LeafMatcher =>
  (value) =>
    typeof value === 'string' && matches(value);

function exactly(expected: string): LeafMatcher {
  return (value) => value === expected;
}

/** An address equals every way of writing it (`::1`, `0:0:0:0:0:0:0:1`). */
function sameText(expected: string): LeafMatcher {
  const bits = addressBits(expected);
  return onText((text) => text === expected || (bits !== undefined && addressBits(text) === bits));
}

/** `"x"`, or `{"equals-ignore-case": "x"}`. */
function affix(kind: 'prefix' | 'suffix', operand: unknown, path: string): LeafMatcher {
  const nested = objectOf(operand);
  if (nested === undefined) {
    const affixText = textOf(operand, kind, path);
    return onText((text) => (kind === 'prefix' ? text.startsWith(affixText) : text.endsWith(affixText)));
  }
  const [name, inner] = onlyEntry(nested, path);
  if (name !== 'equals-ignore-case') throw new InvalidPatternError(path, `${kind} cannot be combined with ${name}`);
  const folded = fold(textOf(inner, name, path));
  return onText((text) => (kind === 'prefix' ? fold(text).startsWith(folded) : fold(text).endsWith(folded)));
}

function ignoringCase(expected: string): LeafMatcher {
  const folded = fold(expected);
  return onText((text) => fold(text) === folded);
}

function fold(text: string): string {
  return text.toLowerCase();
}

/** `*` is any run of characters; `\*` and `\\` are themselves. */
function wildcard(pattern: string, path: string): LeafMatcher {
  const pieces: string[] = [''];
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index] ?? '';
    if (character === '*') {
      if (pattern[index + 1] === '*') throw new InvalidPatternError(path, `consecutive wildcards at position ${index}`);
      pieces.push('');
      continue;
    }
    if (character === '\\') {
      index += 1;
      const escaped = pattern[index];
      if (escaped !== '*' && escaped !== '\\')
        throw new InvalidPatternError(path, `invalid escape at position ${index}`);
      pieces[pieces.length - 1] += escaped;
      continue;
    }
    pieces[pieces.length - 1] += character;
  }
  const source = pieces.map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*');
  const expression = new RegExp(`^${source}$`, 'u');
  return onText((text) => expression.test(text));
}

/** Satisfied by every value but these, whatever its type. */
function anythingBut(operand: unknown, path: string): LeafMatcher {
  const nested = objectOf(operand);
  if (nested !== undefined) {
    const [name, inner] = onlyEntry(nested, path);
    const refused = listOf(inner, name, path).map((one) => {
      const text = textOf(one, name, path);
      if (text === '' && (name === 'prefix' || name === 'suffix')) {
        throw new InvalidPatternError(path, `an empty ${name} refuses everything`);
      }
      if (name === 'equals-ignore-case') return ignoringCase(text);
      if (name === 'wildcard') return wildcard(text, path);
      if (name === 'prefix' || name === 'suffix') return affix(name, text, path);
      throw new InvalidPatternError(path, `anything-but cannot be combined with ${name}`);
    });
    return (value) => !refused.some((matches) => matches(value));
  }
  const refused = listOf(operand, 'anything-but', path);
  const kinds = new Set(refused.map((one) => typeof one));
  if (kinds.size > 1 || !['string', 'number'].includes([...kinds][0] ?? '')) {
    throw new InvalidPatternError(path, 'inside anything-but all values are strings or all are numbers');
  }
  for (const one of refused) if (typeof one === 'number') comparable(one, path);
  return (value) => !refused.includes(value);
}

/** `["=", 5]`, `["<", 5]`, `[">", 0, "<=", 5]`. */
function numeric(operand: unknown, path: string): LeafMatcher {
  if (!Array.isArray(operand) || operand.length === 0) throw new InvalidPatternError(path, 'numeric is a list');
  const [operator, first, second, last] = operand;
  const bound = (value: unknown, after: unknown): number => {
    if (typeof value !== 'number') throw new InvalidPatternError(path, `the value of ${after} must be numeric`);
    return comparable(value, path);
  };
  const isLower = operator === '>' || operator === '>=';
  if (operand.length === 2) {
    const limit = bound(first, operator);
    const compare = comparisons.get(operator);
    if (compare === undefined) throw new InvalidPatternError(path, `unrecognized numeric operator ${operator}`);
    return (value) => isComparable(value) && compare(value, limit);
  }
  if (operand.length !== 4 || !isLower || (second !== '<' && second !== '<=')) {
    throw new InvalidPatternError(path, 'a numeric range is [">" or ">=", bottom, "<" or "<=", top]');
  }
  const bottom = bound(first, operator);
  const top = bound(last, second);
  if (bottom >= top) throw new InvalidPatternError(path, 'the bottom must be less than the top');
  const above = operator === '>' ? (value: number) => value > bottom : (value: number) => value >= bottom;
  const below = second === '<' ? (value: number) => value < top : (value: number) => value <= top;
  return (value) => isComparable(value) && above(value) && below(value);
}

const comparisons: ReadonlyMap<unknown, (value: number, limit: number) => boolean> = new Map([
  ['=', (value: number, limit: number) => value === limit],
  ['<', (value: number, limit: number) => value < limit],
  ['<=', (value: number, limit: number) => value <= limit],
  ['>', (value: number, limit: number) => value > limit],
  ['>=', (value: number, limit: number) => value >= limit],
]);

function comparable(value: number, path: string): number {
  if (isComparable(value)) return value;
  throw new InvalidPatternError(path, `${value} is outside ±${numberMax} or has more than ${decimalsMax} decimals`);
}

function isComparable(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= numberMax && Number(value.toFixed(decimalsMax)) === value;
}

function onlyEntry(expression: Record<string, unknown>, path: string): [string, unknown] {
  const [first, ...others] = Object.entries(expression);
  if (first === undefined || others.length > 0) throw new InvalidPatternError(path, 'a match expression has one key');
  return first;
}

function listOf(operand: unknown, name: string, path: string): unknown[] {
  const list = Array.isArray(operand) ? operand : [operand];
  if (list.length === 0) throw new InvalidPatternError(path, `${name} has an empty list`);
  return list;
}

function textOf(operand: unknown, name: string, path: string): string {
  if (typeof operand !== 'string') throw new InvalidPatternError(path, `${name} must be a string`);
  return operand;
}

export function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
