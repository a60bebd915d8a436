import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseStackPolicy } from '../../../shared/policy/policy.ts';
import { rates } from '../../builders/money.ts';

const shipped: unknown = parse(readFileSync(new URL('../../../infra/policy.yml', import.meta.url), 'utf8'));

function shippedWith(changed: unknown): unknown {
  return { ...(shipped as Record<string, unknown>), rates: changed };
}

const x86 = rates.x86;

describe('rates', () => {
  it('as shipped are those of us-east-1 on a day', () => {
    expect(parseStackPolicy(shipped).rates).toEqual(rates);
  });

  it.each([
    ['none', undefined, 'rates: expected asOf, region, x86, arm and ephemeralGbHour'],
    ['a word', 'cheap', 'rates: expected asOf, region, x86, arm and ephemeralGbHour'],
    ['no ARM', { ...rates, arm: undefined }, 'rates.arm: expected vcpuHour and gbHour'],
    [
      'one price for both',
      { ...rates, x86: { ...x86, gbHour: 0.004 } },
      'rates.x86.gbHour: expected onDemand and spot',
    ],
    [
      'a price that is text',
      { ...rates, x86: { ...x86, gbHour: { onDemand: '0.004', spot: 0.001 } } },
      'rates.x86.gbHour.onDemand: expected US dollars an hour like 0.04048, above 0 and at most 10',
    ],
    [
      'a price of nothing',
      { ...rates, ephemeralGbHour: 0 },
      'rates.ephemeralGbHour: expected US dollars an hour like 0.04048, above 0 and at most 10',
    ],
    [
      'a price for a month',
      { ...rates, ephemeralGbHour: 29.5 },
      'rates.ephemeralGbHour: expected US dollars an hour like 0.04048, above 0 and at most 10',
    ],
    [
      'Spot and on-demand taken for each other',
      { ...rates, x86: { ...x86, vcpuHour: { onDemand: 0.01288871, spot: 0.04048 } } },
      'rates.x86.vcpuHour: expected spot to be at most onDemand',
    ],
    ['no date', { ...rates, asOf: undefined }, 'rates.asOf: expected a day like 2026-09-28'],
    ['a date that is none', { ...rates, asOf: '2026-02-30' }, 'rates.asOf: expected a day like 2026-09-28'],
    ['a moment', { ...rates, asOf: '2026-09-28T00:00:00Z' }, 'rates.asOf: expected a day like 2026-09-28'],
    ['no Region', { ...rates, region: 'Ireland' }, 'rates.region: expected a Region like us-east-1'],
    ['a currency', { ...rates, currency: 'EUR' }, 'rates.currency: no such setting'],
  ])('with %s are refused, and where and why is told', (_what, changed, message) => {
    expect(() => parseStackPolicy(shippedWith(changed))).toThrow(`policy.yml: ${message}`);
  });

  it.each(['us-gov-west-1', 'ap-southeast-5', 'cn-north-1', 'mx-central-1'])('may be those of %s', (region) => {
    expect(parseStackPolicy(shippedWith({ ...rates, region })).rates.region).toBe(region);
  });

  it('may be as high on Spot as on demand', () => {
    const same = { ...rates, x86: { ...x86, gbHour: { onDemand: 0.004, spot: 0.004 } } };
    expect(parseStackPolicy(shippedWith(same)).rates.x86.gbHour.spot).toBe(0.004);
  });
});
