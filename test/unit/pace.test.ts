import { describe, expect, it } from 'vitest';
import { createPace } from '../../shared/pace.ts';

/** A clock that a test turns by hand. */
function aClock() {
  let atMs = 1_000_000;
  return { nowMs: () => atMs, pass: (ms: number) => (atMs += ms) };
}

function taken(pace: ReturnType<typeof createPace>, group: Parameters<typeof pace.take>[0]): number {
  let calls = 0;
  while (pace.take(group, 1)) calls += 1;
  return calls;
}

describe('the pace of calls', () => {
  it('begins with its share of the burst that AWS publishes', () => {
    const pace = createPace({ sharePercent: 50, concurrency: 1 }, aClock());
    expect(taken(pace, 'service_read')).toBe(50);
    expect(taken(pace, 'service_modify')).toBe(25);
    expect(taken(pace, 'cluster_resource_read')).toBe(50);
  });

  it('is divided by the environments that share it', () => {
    const pace = createPace({ sharePercent: 50, concurrency: 5 }, aClock());
    expect(taken(pace, 'service_read')).toBe(10);
    expect(taken(pace, 'service_modify')).toBe(5);
  });

  it('is refilled by the second, up to the burst', () => {
    const clock = aClock();
    const pace = createPace({ sharePercent: 50, concurrency: 5 }, clock);
    taken(pace, 'service_modify');
    clock.pass(1_999);
    expect(pace.take('service_modify', 1)).toBe(false);
    clock.pass(1);
    expect(pace.take('service_modify', 1)).toBe(true);
    clock.pass(3_600_000);
    expect(taken(pace, 'service_modify')).toBe(5);
  });

  it('lets one call through however small the share is', () => {
    const clock = aClock();
    const pace = createPace({ sharePercent: 1, concurrency: 100 }, clock);
    expect(taken(pace, 'service_modify')).toBe(1);
    clock.pass(2_000_000);
    expect(taken(pace, 'service_modify')).toBe(1);
  });

  it('lets returns through when its bucket is full, although that is less than they have to leave', () => {
    const clock = aClock();
    const pace = createPace({ sharePercent: 10, concurrency: 5 }, clock);
    expect(pace.take('service_modify', 1, 2)).toBe(true);
    expect(pace.take('service_modify', 1, 2)).toBe(false);
    clock.pass(10_000);
    expect(pace.take('service_modify', 1, 2)).toBe(true);
    clock.pass(20_000);
    expect(pace.has('service_modify', 2)).toBe(true);
  });

  it('leaves to others what is to be kept for them', () => {
    const pace = createPace({ sharePercent: 50, concurrency: 5 }, aClock());
    expect(pace.take('service_modify', 3, 2)).toBe(true);
    expect(pace.take('service_modify', 1, 2)).toBe(false);
    expect(pace.take('service_modify', 2)).toBe(true);
  });

  it('says whether calls may be made without making them', () => {
    const pace = createPace({ sharePercent: 50, concurrency: 5 }, aClock());
    expect(pace.has('service_modify', 5)).toBe(true);
    pace.take('service_modify', 1);
    expect(pace.has('service_modify', 4)).toBe(true);
    expect(pace.has('service_modify', 5)).toBe(false);
    expect(taken(pace, 'service_modify')).toBe(4);
  });

  it('puts calls in line: each comes after those before it', () => {
    const clock = aClock();
    const pace = createPace({ sharePercent: 50, concurrency: 5 }, clock);
    taken(pace, 'service_modify');
    const startMs = clock.nowMs();
    expect([1, 2, 3].map(() => pace.reserve('service_modify', 1))).toEqual([
      startMs + 2_000,
      startMs + 4_000,
      startMs + 6_000,
    ]);
    expect(pace.reserve('service_modify', 2)).toBe(startMs + 10_000);
    clock.pass(6_000);
    expect(pace.take('service_modify', 1)).toBe(false);
  });

  it('promises at once what may be made now', () => {
    const clock = aClock();
    const pace = createPace({ sharePercent: 50, concurrency: 5 }, clock);
    expect(pace.reserve('service_modify', 5)).toBe(clock.nowMs());
    expect(pace.has('service_modify', 1)).toBe(false);
  });

  it('promises nothing that is more than two minutes away, and takes nothing for it', () => {
    const clock = aClock();
    const pace = createPace({ sharePercent: 50, concurrency: 5 }, clock);
    taken(pace, 'service_modify');
    expect(pace.reserve('service_modify', 60)).toBe(clock.nowMs() + 120_000);
    expect(pace.reserve('service_modify', 1)).toBeUndefined();
    clock.pass(2_000);
    expect(pace.reserve('service_modify', 1)).toBe(clock.nowMs() + 120_000);
  });

  it('is empty when AWS has throttled, and a line stays a line', () => {
    const clock = aClock();
    const pace = createPace({ sharePercent: 50, concurrency: 5 }, clock);
    pace.emptied('service_modify');
    expect(pace.take('service_modify', 1)).toBe(false);
    expect(pace.take('service_read', 1)).toBe(true);
    pace.reserve('service_modify', 2);
    pace.emptied('service_modify');
    clock.pass(4_000);
    expect(pace.has('service_modify', 1)).toBe(false);
    clock.pass(2_000);
    expect(pace.has('service_modify', 1)).toBe(true);
  });
});
