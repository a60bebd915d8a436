import { describe, expect, it } from 'vitest';
import { ruleHolds } from '../../../local/region/alarm-rule.ts';

const states = { a: 'ALARM', o: 'OK', i: 'INSUFFICIENT_DATA' } as const;
const holds = (rule: string) => ruleHolds(rule, (alarm) => states[alarm as keyof typeof states]);

describe('the rule of a composite alarm', () => {
  it.each([
    ['ALARM("a")', true],
    ['ALARM(o)', false],
    ['OK("o") AND INSUFFICIENT_DATA("i")', true],
    ['ALARM("o") OR ALARM("a")', true],
    ['NOT ALARM("o")', true],
    ['TRUE AND NOT FALSE', true],
    ['ALARM("a") OR TRUE AND FALSE', true],
    ['(ALARM("a") OR TRUE) AND FALSE', false],
    ['NOT (ALARM("a") AND ALARM("o"))', true],
  ])('%s is %s', (rule, expected) => {
    expect(holds(rule)).toBe(expected);
  });

  it.each(['ALARM("a"', 'ALARMED("a")', 'ALARM("a") ALARM("o")', 'ALARM("a") AND'])('refuses %s', (rule) => {
    expect(() => holds(rule)).toThrow(/alarm rule/);
  });
});
