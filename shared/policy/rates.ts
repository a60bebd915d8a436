import * as z from 'zod/mini';

/** Fargate's prices as `policy.yml` has them. They are numbers there: no tag overrides them. */

/** Far above any, far below one that was meant in cents or a month. */
const usdPerHourMax = 10;
const expected = `expected US dollars an hour like 0.04048, above 0 and at most ${usdPerHourMax}`;

const usdPerHour = z.number(expected).check(z.refine((usd) => usd > 0 && usd <= usdPerHourMax, expected));

const rate = z
  .strictObject({ onDemand: usdPerHour, spot: usdPerHour }, 'expected onDemand and spot')
  // Spot is a discount: otherwise the two were taken for each other.
  .check(z.refine(({ onDemand, spot }) => spot <= onDemand, 'expected spot to be at most onDemand'));

const sizeRates = z.strictObject({ vcpuHour: rate, gbHour: rate }, 'expected vcpuHour and gbHour');

const isDay = (text: string): boolean => {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === text;
};

export const ratesSchema = z.strictObject(
  {
    asOf: z
      .string('expected a day like 2026-09-28')
      .check(z.refine((text) => isDay(text), 'expected a day like 2026-09-28')),
    region: z
      .string('expected a Region like us-east-1')
      .check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a Region like us-east-1')),
    x86: sizeRates,
    arm: sizeRates,
    ephemeralGbHour: usdPerHour,
  },
  'expected asOf, region, x86, arm and ephemeralGbHour',
);
