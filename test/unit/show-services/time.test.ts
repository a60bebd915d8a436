import { describe, expect, it } from 'vitest';
import { ticks, timeScale } from '../../../functions/show-services/time-axis.ts';
import { clocksOf, lengthText } from '../../../functions/show-services/time-text.ts';

const atMs = Date.parse('2026-03-01T22:14:03Z');
const hour = 3_600_000;

describe('clocks', () => {
  it('are UTC unless the viewer’s are others', () => {
    const clocks = clocksOf({ offsetMinutes: 0, zone: 'UTC' });
    expect([clocks.seconds(atMs), clocks.axis(atMs), clocks.full(atMs)]).toEqual([
      '22:14:03',
      '22:14',
      '1 Mar 22:14:03',
    ]);
  });

  it('are the viewer’s, over midnight as well', () => {
    const clocks = clocksOf({ offsetMinutes: 120, zone: 'UTC+02:00' });
    expect(clocks.full(atMs)).toBe('2 Mar 00:14:03');
    expect(clocks.axis(Date.parse('2026-03-01T22:00:00Z'))).toBe('2 Mar');
  });
});

describe('how long ago', () => {
  it.each([
    [-5, '0 s'],
    [119_999, '119 s'],
    [120_000, '2 min'],
    [7_199_999, '119 min'],
    [7_200_000, '2 h'],
    [172_800_000, '2 d'],
  ])('%d ms is %s', (ms, text) => {
    expect(lengthText(ms)).toBe(text);
  });
});

describe('the axis', () => {
  const fromMs = Date.parse('2026-03-01T09:07:00Z');
  const iso = (ms: number) => new Date(ms).toISOString().slice(11, 16);

  it('has round times with room for their labels', () => {
    expect(ticks({ fromMs, toMs: fromMs + 3 * hour }, 500, { offsetMs: 0 }).map(iso)).toEqual([
      '09:30',
      '10:00',
      '10:30',
      '11:00',
      '11:30',
      '12:00',
    ]);
  });

  it('has times that are round on the viewer’s clock', () => {
    expect(ticks({ fromMs, toMs: fromMs + 6 * hour }, 200, { offsetMs: 5.5 * hour }).map(iso)).toEqual([
      '10:30',
      '12:30',
      '14:30',
    ]);
  });

  it('is neither empty nor crowded, whatever the time and the width', () => {
    for (const hours of [0.1, 0.5, 1, 3, 12, 24, 72, 336]) {
      for (const widthPx of [250, 600, 1_000, 2_300]) {
        const count = ticks({ fromMs, toMs: fromMs + hours * hour }, widthPx, { offsetMs: 0 }).length;
        expect(count).toBeGreaterThanOrEqual(1);
        expect(count).toBeLessThanOrEqual(widthPx / 64 + 1);
      }
    }
  });

  it('holds what lies outside of the time at its ends', () => {
    const x = timeScale({ fromMs: 100, toMs: 200 }, 10, 20);
    expect([0, 100, 150, 200, 900].map(x)).toEqual([10, 10, 15, 20, 20]);
  });
});
