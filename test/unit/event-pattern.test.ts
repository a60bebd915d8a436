import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InvalidPatternError } from '../../local/event-pattern/invalid-pattern-error.ts';
import { compilePattern } from '../../local/event-pattern.ts';

/** Whether `{"x": [entry]}` matches `{"x": value}`. */
function matchesLeaf(entry: unknown, value: unknown): boolean {
  return compilePattern({ x: [entry] })({ x: value });
}

describe('a value to be equal to', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'A', false],
    ['', '', true],
    [5, 5, true],
    [5, 5.0, true],
    [300_000, 3e5, true],
    [5, '5', false],
    ['5', 5, false],
    [0.1, 0.1, true],
    [123_456_789_012, 123_456_789_012, true],
    [true, true, true],
    [true, 'true', false],
    [false, null, false],
    [null, null, true],
    [null, '', false],
    ['a', ['b', 'a'], true],
    ['a', [], false],
    ['a', { y: 'a' }, false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['::1', '::2', false],
    ['10.0.0.1', '10.0.0.1', true],
    ['1.2', '1.2', true],
    ['a::b::c', 'a::b::c', true],
    [{ exactly: 'a' }, 'a', true],
    [{ exactly: 'a' }, 'b', false],
  ])('%j and %j: %j', (entry, value, expected) => {
    expect(matchesLeaf(entry, value)).toBe(expected);
  });

  it('is one of a list', () => {
    const matches = compilePattern({ x: ['a', 5, null] });
    expect(['a', 5, null, 'b', 6, false].map((x) => matches({ x }))).toEqual([true, true, true, false, false, false]);
  });
});

describe('match expressions', () => {
  it.each([
    [{ prefix: 'ab' }, 'abc', true],
    [{ prefix: 'ab' }, 'Abc', false],
    [{ prefix: '' }, '', true],
    [{ prefix: '' }, 5, false],
    [{ prefix: '1' }, 12, false],
    [{ prefix: { 'equals-ignore-case': 'AB' } }, 'aBc', true],
    [{ prefix: { 'equals-ignore-case': 'AB' } }, 'bab', false],
    [{ suffix: 'bc' }, 'abc', true],
    [{ suffix: 'bc' }, 'abC', false],
    [{ suffix: { 'equals-ignore-case': 'BC' } }, 'abc', true],
    [{ suffix: { 'equals-ignore-case': 'BC' } }, 'bcd', false],
    [{ 'equals-ignore-case': 'STOPPED' }, 'Stopped', true],
    [{ 'equals-ignore-case': 'STOPPED' }, 'stop', false],
    [{ wildcard: 'a*c' }, 'abbc', true],
    [{ wildcard: 'a*c' }, 'ac', true],
    [{ wildcard: 'a*c' }, 'acd', false],
    [{ wildcard: '*' }, '', true],
    [{ wildcard: '*' }, 5, false],
    [{ wildcard: '*b*' }, 'a\nb\nc', true],
    [{ wildcard: 'a.c' }, 'abc', false],
    [{ wildcard: 'a\\*c' }, 'a*c', true],
    [{ wildcard: 'a\\*c' }, 'abc', false],
    [{ wildcard: 'a\\\\c' }, 'a\\c', true],
    [{ exists: true }, null, true],
    [{ exists: true }, '', true],
    [{ exists: true }, [], false],
    [{ exists: true }, {}, false],
    [{ exists: true }, { y: 1 }, false],
    [{ exists: false }, { y: 1 }, true],
    [{ exists: false }, [], true],
    [{ exists: false }, null, false],
    [{ numeric: ['=', 5] }, 5, true],
    [{ numeric: ['=', 5] }, '5', false],
    [{ numeric: ['<', 0] }, -1, true],
    [{ numeric: ['<', 0] }, 0, false],
    [{ numeric: ['<=', 0] }, 0, true],
    [{ numeric: ['>', 0] }, 0, false],
    [{ numeric: ['>=', 0] }, 0, true],
    [{ numeric: ['>', 0, '<=', 5] }, 0, false],
    [{ numeric: ['>', 0, '<=', 5] }, 5, true],
    [{ numeric: ['>=', 0, '<', 5] }, 0, true],
    [{ numeric: ['>=', 0, '<', 5] }, 5, false],
    [{ numeric: ['>', 0] }, 5_000_000_000, true],
    [{ numeric: ['>', 0] }, 5_000_000_001, false],
    [{ numeric: ['>', 0] }, 0.000_001, true],
    [{ numeric: ['>', 0] }, 0.000_000_1, false],
    [{ cidr: '10.0.0.0/8' }, '10.255.255.255', true],
    [{ cidr: '10.0.0.0/8' }, '11.0.0.0', false],
    [{ cidr: '10.0.0.0/31' }, '10.0.0.1', true],
    [{ cidr: '10.0.0.0/31' }, '10.0.0.2', false],
    [{ cidr: '0.0.0.0/0' }, '255.255.255.255', true],
    [{ cidr: '10.0.0.0/8' }, '::a00:1', false],
    [{ cidr: '10.0.0.0/8' }, 'not-an-ip', false],
    [{ cidr: '10.0.0.0/8' }, '10.0.0.256', false],
    [{ cidr: '10.0.0.0/8' }, 10, false],
    [{ cidr: '2001:db8::/32' }, '2001:0DB8:ffff::1', true],
    [{ cidr: '2001:db8::/32' }, '2001:db9::', false],
    [{ cidr: '::/0' }, '10.0.0.1', false],
  ])('%j and %j: %j', (entry, value, expected) => {
    expect(matchesLeaf(entry, value)).toBe(expected);
  });

  it('begins a CIDR block at the address that is written, not where the block begins', () => {
    const matches = compilePattern({ ip: [{ cidr: '10.1.0.5/16' }] });
    expect(['10.1.0.4', '10.1.0.5', '10.1.255.255', '10.2.0.0'].map((ip) => matches({ ip }))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('takes a field that is not there for absent, and for nothing else', () => {
    expect(compilePattern({ x: [{ exists: false }] })({ y: 1 })).toBe(true);
    expect(compilePattern({ x: [{ 'anything-but': 'a' }] })({ y: 1 })).toBe(false);
    expect(compilePattern({ x: [{ exists: false }, 'a'] })({ x: 'a' })).toBe(true);
    expect(compilePattern({ x: [{ exists: false }, 'a'] })({})).toBe(true);
    expect(compilePattern({ x: [{ exists: false }, 'a'] })({ x: 'b' })).toBe(false);
  });
});

describe('anything-but', () => {
  it.each([
    ['a', 'b', true],
    ['a', 'a', false],
    ['a', 5, true],
    ['a', null, true],
    [['a', 'b'], 'b', false],
    [['a', 'b'], 'c', true],
    [5, 5, false],
    [[5, 6], 7, true],
    [5, '5', true],
    ['a', ['a', 'b'], true],
    ['a', ['a', 'a'], false],
    ['a', [], false],
    [{ prefix: 'ab' }, 'abc', false],
    [{ prefix: 'ab' }, 'xab', true],
    [{ prefix: ['a', 'b'] }, 'bx', false],
    [{ prefix: 'ab' }, 5, true],
    [{ suffix: 'c' }, 'abc', false],
    [{ suffix: ['c', 'd'] }, 'abe', true],
    [{ wildcard: '*lib*' }, 'a/lib/b', false],
    [{ wildcard: ['a*', 'b*'] }, 'ca', true],
    [{ 'equals-ignore-case': 'STOPPED' }, 'stopped', false],
    [{ 'equals-ignore-case': ['A', 'B'] }, 'c', true],
  ])('%j and %j: %j', (refused, value, expected) => {
    expect(matchesLeaf({ 'anything-but': refused }, value)).toBe(expected);
  });
});

describe('fields', () => {
  it('are all needed, and others do not matter', () => {
    const matches = compilePattern({ a: [1], b: { c: [2] } });
    expect(matches({ a: 1, b: { c: 2, d: 3 }, e: 4 })).toBe(true);
    expect(matches({ a: 1, b: { c: 3 } })).toBe(false);
    expect(matches({ a: 1 })).toBe(false);
  });

  it('have a path whether it is written in one piece or nested', () => {
    expect(compilePattern({ 'a.b': [1] })({ a: { b: 1 } })).toBe(true);
    expect(compilePattern({ a: { b: [1] } })({ 'a.b': 1 })).toBe(true);
  });

  it.each([null, 'x', 5, []])('are not found in the event %j', (event) => {
    expect(compilePattern({ a: [1] })(event)).toBe(false);
  });
});

describe('arrays of objects', () => {
  const containers = [
    { name: 'web', exitCode: 0 },
    { name: 'side', exitCode: 1 },
  ];

  it('satisfies fields of one element together', () => {
    expect(compilePattern({ containers: { name: ['web'], exitCode: [0] } })({ containers })).toBe(true);
    expect(compilePattern({ containers: { name: ['web'], exitCode: [1] } })({ containers })).toBe(false);
  });

  it('goes back to another element when the first does not do', () => {
    const event = {
      a: [
        { x: 1, y: 1 },
        { x: 1, y: 2 },
      ],
    };
    expect(compilePattern({ a: { x: [1], y: [2] } })(event)).toBe(true);
  });

  it('keeps to the elements of each array on the way', () => {
    const event = {
      tasks: [
        {
          id: 1,
          nets: [
            { ip: 'a', up: true },
            { ip: 'b', up: false },
          ],
        },
        { id: 2, nets: [{ ip: 'c', up: true }] },
      ],
    };
    expect(compilePattern({ tasks: { id: [1], nets: { ip: ['a'], up: [true] } } })(event)).toBe(true);
    expect(compilePattern({ tasks: { id: [1], nets: { ip: ['b'], up: [true] } } })(event)).toBe(false);
    expect(compilePattern({ tasks: { id: [1], nets: { ip: ['c'] } } })(event)).toBe(false);
  });

  it('tells arrays within arrays apart', () => {
    const event = { a: [[{ x: 1 }], [{ y: 2 }]] };
    expect(compilePattern({ a: { x: [1], y: [2] } })(event)).toBe(false);
    expect(compilePattern({ a: { x: [1] } })(event)).toBe(true);
  });

  it('does not tie different arrays to each other', () => {
    const event = { a: [{ x: 1 }, { x: 2 }], b: [{ y: 1 }, { y: 2 }] };
    expect(compilePattern({ a: { x: [1] }, b: { y: [2] } })(event)).toBe(true);
  });

  it('does not tie plain values of an array to each other', () => {
    expect(compilePattern({ a: { tags: ['p'], x: [1] } })({ a: [{ tags: ['q', 'p'], x: 1 }] })).toBe(true);
  });

  it('takes a field for absent that the element in question does not have', () => {
    const event = { containers: [{ name: 'web', reason: 'OOM' }, { name: 'side' }] };
    expect(compilePattern({ containers: { name: ['side'], reason: [{ exists: false }] } })(event)).toBe(true);
    expect(compilePattern({ containers: { name: ['web'], reason: [{ exists: false }] } })(event)).toBe(false);
    // Fields are gone through by name: when `exitCode` is asked for, no element has been chosen yet.
    const exited = { containers: [{ name: 'web', exitCode: 1 }, { name: 'side' }] };
    expect(compilePattern({ containers: { name: ['side'], exitCode: [{ exists: false }] } })(exited)).toBe(false);
  });
});

describe('$or', () => {
  const pattern = { source: ['s'], $or: [{ a: [1] }, { b: [2], $or: [{ c: [3] }, { c: [4] }] }] };

  it.each([
    [{ source: 's', a: 1 }, true],
    [{ source: 's', b: 2, c: 3 }, true],
    [{ source: 's', b: 2, c: 4 }, true],
    [{ source: 's', b: 2 }, false],
    [{ source: 's', b: 2, c: 5 }, false],
    [{ source: 't', a: 1 }, false],
  ])('%j: %j', (event, expected) => {
    expect(compilePattern(pattern)(event)).toBe(expected);
  });

  it('stands beside another one', () => {
    const matches = compilePattern({ $or: [{ a: [1] }, { b: [1] }], d: { $or: [{ x: [1] }, { y: [1] }] } });
    expect(matches({ b: 1, d: { x: 1 } })).toBe(true);
    expect(matches({ b: 1, d: { z: 1 } })).toBe(false);
  });

  it('lets what comes later decide about a field that it shares', () => {
    expect(compilePattern({ a: [1], $or: [{ a: [2] }, { b: [3] }] })({ a: 2 })).toBe(true);
    expect(compilePattern({ $or: [{ a: [2] }, { b: [3] }], a: [1] })({ a: 2 })).toBe(false);
  });
});

describe('patterns that are refused', () => {
  it.each([
    ['the pattern', {}, 'empty objects are not allowed'],
    ['the pattern', [], 'must be an object or an array'],
    ['the pattern', null, 'must be an object or an array'],
    ['source', { source: 'aws.ecs' }, 'must be an object or an array'],
    ['source', { source: [] }, 'empty arrays are not allowed'],
    ['detail', { detail: {} }, 'empty objects are not allowed'],
    ['detail.a', { detail: { a: [['x']] } }, 'a match value is'],
    ['x', { x: [{}] }, 'a match expression has one key'],
    ['x', { x: [{ prefix: 'a', suffix: 'b' }] }, 'a match expression has one key'],
    ['x', { x: [{ unknown: 1 }] }, 'unrecognized match type unknown'],
    ['x', { x: [{ prefix: 1 }] }, 'prefix must be a string'],
    ['x', { x: [{ prefix: { suffix: 'a' } }] }, 'prefix cannot be combined with suffix'],
    ['x', { x: [{ suffix: null }] }, 'suffix must be a string'],
    ['x', { x: [{ wildcard: 'a**b' }] }, 'consecutive wildcards at position 1'],
    ['x', { x: [{ wildcard: 'a\\b' }] }, 'invalid escape at position'],
    ['x', { x: [{ wildcard: 'a\\' }] }, 'invalid escape at position'],
    ['x', { x: [{ exists: 'yes' }] }, 'exists is either true or false'],
    ['x', { x: [{ numeric: [] }] }, 'numeric is a list'],
    ['x', { x: [{ numeric: 5 }] }, 'numeric is a list'],
    ['x', { x: [{ numeric: ['>', 'x'] }] }, 'the value of > must be numeric'],
    ['x', { x: [{ numeric: ['!', 5] }] }, 'unrecognized numeric operator !'],
    ['x', { x: [{ numeric: ['toString', 5] }] }, 'unrecognized numeric operator toString'],
    ['x', { x: [{ numeric: ['>', 5, '<', 1] }] }, 'the bottom must be less than the top'],
    ['x', { x: [{ numeric: ['>', 5, '<', 5] }] }, 'the bottom must be less than the top'],
    ['x', { x: [{ numeric: ['<', 5, '>', 1] }] }, 'a numeric range is'],
    ['x', { x: [{ numeric: ['>', 1, '<'] }] }, 'a numeric range is'],
    ['x', { x: [{ numeric: ['=', 5_000_000_001] }] }, '5000000001 is outside ±5000000000'],
    ['x', { x: [{ numeric: ['=', 0.000_000_1] }] }, '1e-7 is outside ±5000000000 or has more than 6 decimals'],
    ['x', { x: [{ 'anything-but': [] }] }, 'anything-but has an empty list'],
    ['x', { x: [{ 'anything-but': [1, 'a'] }] }, 'all values are strings or all are numbers'],
    ['x', { x: [{ 'anything-but': null }] }, 'all values are strings or all are numbers'],
    ['x', { x: [{ 'anything-but': [true] }] }, 'all values are strings or all are numbers'],
    ['x', { x: [{ 'anything-but': 5_000_000_001 }] }, '5000000001 is outside ±5000000000'],
    ['x', { x: [{ 'anything-but': { prefix: '' } }] }, 'an empty prefix refuses everything'],
    ['x', { x: [{ 'anything-but': { numeric: ['=', 1] } }] }, 'numeric'],
    ['x', { x: [{ 'anything-but': { wildcard: '**' } }] }, 'consecutive wildcards at position 0'],
    ['x', { x: [{ cidr: '10.0.0.0/32' }] }, 'mask bits must be < 32'],
    ['x', { x: [{ cidr: '::/128' }] }, 'mask bits must be < 128'],
    ['x', { x: [{ cidr: '10.0.0.0' }] }, '10.0.0.0 is no CIDR block'],
    ['x', { x: [{ cidr: '10.0.0.0/-1' }] }, '10.0.0.0/-1 is no CIDR block'],
    ['x', { x: [{ cidr: 'host/8' }] }, 'host/8 is no CIDR block'],
    ['the pattern', { $or: [] }, '$or needs at least two objects'],
    ['the pattern', { $or: [{ a: [1] }] }, '$or needs at least two objects'],
    ['the pattern', { $or: ['a', 'b'] }, '$or holds objects only'],
    ['detail', { detail: { $or: { a: [1] } } }, '$or must be an array'],
    ['prefix', { $or: [{ prefix: ['a'] }, { b: [1] }] }, "prefix cannot be a field's name inside $or"],
    ['a.numeric', { $or: [{ a: { numeric: [1] } }, { b: [1] }] }, "numeric cannot be a field's name inside $or"],
  ])('at %s: %j', (where, pattern, reason) => {
    expect(() => compilePattern(pattern)).toThrow(InvalidPatternError);
    expect(() => compilePattern(pattern)).toThrow(`event pattern: ${where}: `);
    expect(() => compilePattern(pattern)).toThrow(reason);
  });
});

interface AnsweredCase {
  readonly id: string;
  readonly pattern: unknown;
  readonly event: unknown;
  readonly match?: boolean;
  readonly invalid?: string;
}

/** Answers of AWS's own matcher; they are not part of the project and may not be there. */
const answersFile = new URL('../../../shared/event-patterns.jsonl', import.meta.url);

describe.skipIf(!existsSync(answersFile))("the answers of AWS's own matcher", () => {
  it('are ours', () => {
    const answers: AnsweredCase[] = readFileSync(answersFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.filter(({ invalid, match }) => (invalid === undefined) === (match === undefined))).toEqual([]);
    const differing = answers.filter(({ pattern, event, match }) => answerOf(pattern, event) !== match);
    expect(differing).toEqual([]);
  });
});

/** `undefined` for a pattern that is refused. */
function answerOf(pattern: unknown, event: unknown): boolean | undefined {
  try {
    return compilePattern(pattern)(event);
  } catch (error) {
    if (error instanceof InvalidPatternError) return undefined;
    throw error;
  }
}
