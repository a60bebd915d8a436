import { describe, expect, it } from 'vitest';
import { playAll } from '../../../local/replay/result.ts';
import { roughest, timePlot } from '../../../local/replay/time-plot.ts';
import { minutes, policies, someSettings } from './builders.ts';

const hourMs = 3_600_000;

describe('running tasks over time', () => {
  const result = playAll(minutes(2, [10, 2], [10, 0], [40, 2]), policies, someSettings());
  const drawn = timePlot(result, { fromMs: 0, untilMs: hourMs }, 'tasks');
  const pathOf = (name: string, what: 'spot' | 'on-demand') =>
    drawn.match(new RegExp(`show-${name}">.*?class="${what}" d="([^"]*)"`))?.[1];

  it('stand on an axis that holds the most of any policy: an hour is 932 wide, four tasks are 166 high', () => {
    expect(pathOf('on-demand-only', 'spot')).toBe('M34 178H966V178H34Z');
    expect(pathOf('on-demand-only', 'on-demand')).toBe('M34 95H966V178H34Z');
    // Gone at 630 s, back at 1,283 s.
    expect(pathOf('spot-only', 'spot')).toBe('M34 95H197.1V178H366.2V95H966V178H34Z');
  });

  it('has on-demand on top of Spot', () => {
    expect(pathOf('spot-only', 'on-demand')).toBe(pathOf('spot-only', 'spot'));
    // Healthy at 663 s, beside Spot from 1,283 to 1,596 s, one after the other.
    expect(pathOf('bridge', 'on-demand')).toBe('M34 95H197.1V178H205.6V95H366.2V12H444.3V53.5H447.2V95H966V178H34Z');
  });

  it('shows capacity and what is wanted', () => {
    expect(drawn).toContain('<path class="capacity" d="M34 95H189.3V178H344.7V95H966"/>');
    expect(drawn).toContain('<path class="wanted" d="M34 95H966"/>');
  });

  it('with more changes than columns shows the mean of each', () => {
    const flicker = Array.from(
      { length: 1_000 },
      () =>
        [
          [1, 2],
          [1, 0],
        ] as const,
    ).flat();
    const many = playAll(minutes(2, ...flicker), [], someSettings());
    const levels = timePlot(many, { fromMs: 0, untilMs: 2_000 * 60_000 }, 'tasks').match(
      /class="capacity thin" d="([^"]*)"/,
    );

    // A column is a little more than a minute up and a minute down.
    const heights = [...(levels?.[1]?.matchAll(/V([\d.]+)/g) ?? [])].map(([, height]) => Number(height));
    expect(heights.length).toBe(931);
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(20);
  });
});

describe('the roughest six hours', () => {
  it('are those in which the most was taken, from half an hour before', () => {
    const trace = minutes(4, [120, 4], [10, 3], [600, 4], [10, 0], [600, 4]);
    const { fromMs, untilMs } = roughest(playAll(trace, [], someSettings({ tasks: 4 })));

    expect(fromMs).toBe((730 - 30) * 60_000);
    expect(untilMs).toBe((730 - 30 + 360) * 60_000);
  });

  it('are all of a shorter trace', () => {
    const trace = minutes(2, [10, 2], [10, 0], [40, 2]);

    expect(roughest(playAll(trace, [], someSettings()))).toEqual({ fromMs: 0, untilMs: hourMs });
  });
});
