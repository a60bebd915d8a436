import { describe, expect, it } from 'vitest';
import { bridgePremiumOf, costOf, hourlyUsd, savingOf, taskCost, usdOf } from '../../../shared/decisions/money.ts';
import { aUsage, rates } from '../../builders/money.ts';

describe('what a task costs', () => {
  it('an hour of 1 vCPU and 2 GB on x86', () => {
    const size = { cpu: 1_024, memoryMiB: 2_048, architecture: 'x86', extraStorageGiB: 0 } as const;
    const cost = taskCost({ ...size, billedSeconds: 3_600 }, rates);
    // on demand: 0.04048    + 2 × 0.004445   = 0.04048    + 0.00889    = 0.04937
    // Spot:      0.01288871 + 2 × 0.00141527 = 0.01288871 + 0.00283054 = 0.01571925
    expect(cost).toEqual({ onDemandNanoUsd: 49_370_000, spotNanoUsd: 15_719_250 });
  });

  it('the minute that a quarter of a vCPU and half a GB on ARM is billed at least', () => {
    const size = { cpu: 256, memoryMiB: 512, architecture: 'arm', extraStorageGiB: 0 } as const;
    const cost = taskCost({ ...size, billedSeconds: 60 }, rates);
    // on demand: (0.25 × 0.03238    + 0.5 × 0.00356)    / 60 = (0.008095     + 0.00178)     / 60 = 0.000164583…
    // Spot:      (0.25 × 0.01030969 + 0.5 × 0.00113349) / 60 = (0.0025774225 + 0.000566745) / 60 = 0.0000524027…
    expect(cost).toEqual({ onDemandNanoUsd: 164_583, spotNanoUsd: 52_403 });
  });

  it('an hour and a half of 4 vCPU, 8 GB and 80 GB of storage above the included', () => {
    const size = { cpu: 4_096, memoryMiB: 8_192, architecture: 'x86', extraStorageGiB: 80 } as const;
    const cost = taskCost({ ...size, billedSeconds: 5_400 }, rates);
    // storage:   80 × 0.000111 = 0.00888, the same both ways
    // on demand: (4 × 0.04048    + 8 × 0.004445   + 0.00888) × 1.5 = (0.16192    + 0.03556    + 0.00888) × 1.5
    //          = 0.20636  × 1.5 = 0.30954
    // Spot:      (4 × 0.01288871 + 8 × 0.00141527 + 0.00888) × 1.5 = (0.05155484 + 0.01132216 + 0.00888) × 1.5
    //          = 0.071757 × 1.5 = 0.1076355
    expect(cost).toEqual({ onDemandNanoUsd: 309_540_000, spotNanoUsd: 107_635_500 });
  });

  it('thirty days of 16 vCPU and 120 GB on ARM', () => {
    const size = { cpu: 16_384, memoryMiB: 122_880, architecture: 'arm', extraStorageGiB: 0 } as const;
    const cost = taskCost({ ...size, billedSeconds: 2_592_000 }, rates);
    // 720 h; on demand: 16 × 0.03238    + 120 × 0.00356    = 0.51808    + 0.4272    = 0.94528    → × 720 = 680.6016
    //        Spot:      16 × 0.01030969 + 120 × 0.00113349 = 0.16495504 + 0.1360188 = 0.30097384 → × 720 = 216.7011648
    expect(cost).toEqual({ onDemandNanoUsd: 680_601_600_000, spotNanoUsd: 216_701_164_800 });
  });

  // docs/money.md has the same two, by hand.
  it.each([
    // 0.04937 × 5,413 / 3,600 = 0.0742332805…; 0.01571925 × 5,413 / 3,600 = 0.0236356389…
    ['on Spot', 'x86', 1_024, 2_048, 5_413, 74_233_281, 23_635_639],
    // 0.01975 × 1,200 / 3,600 = 0.0065833333…; 0.006288335 × 1,200 / 3,600 = 0.0020961116…
    ['in a bridge', 'arm', 512, 1_024, 1_200, 6_583_333, 2_096_112],
  ] as const)('the example %s', (_what, architecture, cpu, memoryMiB, billedSeconds, onDemandNanoUsd, spotNanoUsd) => {
    const cost = taskCost({ cpu, memoryMiB, architecture, extraStorageGiB: 0, billedSeconds }, rates);
    expect(cost).toEqual({ onDemandNanoUsd, spotNanoUsd });
  });

  it('is right to the cent over ten thousand of the smallest', () => {
    const size = { cpu: 256, memoryMiB: 512, architecture: 'arm', extraStorageGiB: 0 } as const;
    let savingNanoUsd = 0;
    for (let count = 0; count < 10_000; count += 1) {
      savingNanoUsd += savingOf(aUsage('a', taskCost({ ...size, billedSeconds: 60 }, rates)));
    }
    // exactly: (0.009875 − 0.0031441675) / 60 × 10,000 = 1.12180541…; of whole billionths: 112,180 × 10,000
    expect(savingNanoUsd).toBe(1_121_800_000);
    expect(usdOf(savingNanoUsd).toFixed(2)).toBe('1.12');
  });

  it('an hour in dollars, for what still runs', () => {
    const size = { cpu: 2_048, memoryMiB: 4_096, architecture: 'x86', extraStorageGiB: 10 } as const;
    // 2 × 0.04048 + 4 × 0.004445 + 10 × 0.000111 = 0.08096 + 0.01778 + 0.00111
    expect(hourlyUsd(size, 'onDemand', rates)).toBeCloseTo(0.09985, 12);
    // 2 × 0.01288871 + 4 × 0.00141527 + 0.00111 = 0.02577742 + 0.00566108 + 0.00111
    expect(hourlyUsd(size, 'spot', rates)).toBeCloseTo(0.0325485, 12);
  });
});

describe('saving and bridge premium', () => {
  // 0.04937 − 0.01571925 = 0.03365075
  it.each([
    ['a Spot task saves what it would have cost more on demand', 'spot', false, 15_719_250, 33_650_750, 0],
    ['a task of a bridge costs more than on Spot', 'onDemand', true, 49_370_000, 0, 33_650_750],
    ['a task that is on demand anyway does neither', 'onDemand', false, 49_370_000, 0, 0],
    ['a bridge that somebody has put on Spot saves', 'spot', true, 15_719_250, 33_650_750, 0],
  ] as const)('%s', (_what, payment, ofBridge, cost, saving, premium) => {
    const usage = aUsage('a', { payment, ofBridge });
    expect([costOf(usage), savingOf(usage), bridgePremiumOf(usage)]).toEqual([cost, saving, premium]);
  });
});
