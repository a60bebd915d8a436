import { describe, expect, it } from 'vitest';
import { goalsOf } from '../../../local/replay/goals.ts';
import { figuresOf } from '../../../local/replay/meter.ts';
import { pageOf } from '../../../local/replay/page.ts';
import { playAll, type Result, type Row } from '../../../local/replay/result.ts';
import { sweep } from '../../../local/replay/sweep.ts';
import { resultLines, sweepLines } from '../../../local/replay/table.ts';
import { minutes, policies, someSettings } from './builders.ts';

const trace = minutes(2, [10, 2], [10, 0], [40, 2]);
const result = playAll(trace, policies, someSettings());

/** A row of so much cost and availability. */
function aRow(name: string, cost: number, availability: number, forcedDeployments = 0): Row {
  const counted = {
    wanted: 1,
    lengthMs: 1_000_000,
    deliveredMs: availability * 1_000_000,
    belowMs: 0,
    surplusMs: 0,
    billedMs: { spot: 0, onDemand: cost * 1_000_000 },
    launches: { spot: 0, onDemand: 0 },
    forcedDeployments,
  };
  const isRival = !['optimum', 'bridge', 'hedged', 'strategy'].includes(name);
  return { name, title: name, isRival, figures: figuresOf(counted), ofOptimum: cost / 0.4, samples: [] };
}

/** Everything is as it should be, but for the rows that the test brings. */
function judged(...rows: readonly Row[]): string[] {
  const usual = [
    aRow('optimum', 0.4, 1),
    aRow('bridge', 0.41, 0.998),
    aRow('hedged', 0.42, 0.999),
    aRow('strategy', 0.45, 0.999),
    aRow('spot-only', 0.3, 0.9),
    aRow('on-demand-only', 1, 1),
    aRow('flip', 0.5, 0.998),
    aRow('whole-twin', 0.43, 0.999),
  ];
  const changed = new Map([...usual, ...rows].map((row) => [row.name, row]));
  const setting: Result = { ...result, rows: [...changed.values()] };
  return goalsOf(setting)
    .filter(({ met }) => !met)
    .map(({ goal, measured }) => `${goal}: ${measured}`);
}

describe('the goals', () => {
  it('are met by a bridge that nobody beats', () => {
    expect(judged()).toEqual([]);
  });

  it('miss a bridge that costs more than 1.03 of the optimum', () => {
    expect(judged(aRow('bridge', 0.412, 0.998))).toEqual([]);
    expect(judged(aRow('bridge', 0.4121, 0.998))).toEqual([
      'minutes: the bridge costs at most 1.03 of the omniscient optimum: 1.0302: 41.21 % against 40.00 %',
    ]);
  });

  it('miss a bridge that forces deployments', () => {
    expect(judged(aRow('bridge', 0.41, 0.998, 1))).toEqual(['minutes: the bridge forces no deployment: 1']);
  });

  it('miss a bridge that a rival beats in both, not in one', () => {
    expect(judged(aRow('on-failure', 0.409, 0.998))).toEqual([]);
    expect(judged(aRow('on-failure', 0.41, 0.9981))).toEqual([]);
    expect(judged(aRow('on-failure', 0.409, 0.9981))).toEqual([
      'minutes: no rival is both cheaper and more available than the bridge: on-failure: 40.90 % and 99.8100 %',
    ]);
  });

  it('miss a hedged bridge that the twin beats in one', () => {
    expect(judged(aRow('whole-twin', 0.42, 0.999))).toEqual([]);
    expect(judged(aRow('whole-twin', 0.43, 0.9991))).toHaveLength(1);
    expect(judged(aRow('whole-twin', 0.419, 0.999))).toEqual([
      'minutes: the hedged bridge is at least as available as the whole-service twin and costs no more: 42.00 % and 99.9000 % against 41.90 % and 99.9000 %',
    ]);
  });

  it('miss a strategy that the flip beats in one', () => {
    expect(judged(aRow('flip', 0.44, 0.998))).toHaveLength(1);
    expect(judged(aRow('flip', 0.5, 0.9991))).toEqual([
      'minutes: the strategy is cheaper and more available than the flip: 45.00 % and 99.9000 % against 50.00 % and 99.9100 %',
    ]);
    // Where Spot never falls.
    expect(judged(aRow('flip', 0.45, 0.999))).toEqual([]);
  });
});

describe('the table', () => {
  it('has a line for every policy, and what the twin would add', () => {
    const lines = resultLines(result);

    expect(lines[0]).toBe('minutes: 0.0 days, a sample every 60 s; Spot had room for 83.3 % of 2 tasks and fell once');
    expect(lines[2]?.trim()).toMatch(/^availability .* forced$/);
    expect(lines.slice(3, 12).map((line) => line.slice(0, 32).trim())).toEqual([
      'Omniscient optimum',
      'Ballast, bridge',
      'Ballast, hedged bridge',
      'Ballast, strategy',
      'Spot only',
      'On-demand only',
      'Flip and cool down',
      'Whole-service twin',
      'Shortfall on placement failure',
    ]);
    expect(lines[4]).toMatch(/^Ballast, bridge +99\.0833 % +1 min +54\.86 % +1\.1722 +0\.2 task-h +48\.00 +0$/);
    expect(lines.at(-1)).toBe(
      'a whole-service twin instead of the bridge: −0.0278 points of availability, 0.846 × the cost',
    );
  });

  it('of a sweep has a line for every set of assumptions', () => {
    const rows = sweep([trace], policies, someSettings());
    const lines = sweepLines(rows);

    expect(rows).toHaveLength(24);
    expect(lines).toHaveLength(25);
    expect(lines[1]).toMatch(/^minutes +30 s +30 s +0 % +100\.000 % 0\.\d{3} /);
    expect(lines[24]).toMatch(/^minutes +150 s +120 s +5 % /);
  });
});

describe('the page', () => {
  const page = pageOf([{ ...result, trace: { ...trace, name: '<zone & "a">' } }], goalsOf(result), someSettings());

  it('needs nothing from elsewhere', () => {
    expect(page).not.toMatch(/https?:|url\(|@import|<script|<link|<img|src=/);
  });

  it('says the name of a file as text', () => {
    expect(page).toContain('<h2>&#60;zone &#38; &#34;a&#34;&#62;</h2>');
    expect(page).not.toContain('<zone');
  });

  it('draws every policy twice over time, once beside the others, and shows the bridge first', () => {
    for (const { name } of result.rows) {
      expect(page.split(`<g class="run show-${name}">`), name).toHaveLength(3);
      expect(page.split(`class="point c-${name}"`), name).toHaveLength(3);
      expect(page).toContain(`:root:has(#show-${name}:checked) .show-${name}{display:inline}`);
    }
    expect(page.match(/id="show-[a-z-]+" checked/g)).toEqual(['id="show-bridge" checked']);
    expect(page).not.toContain('NaN');
  });

  it('is readable in light and dark', () => {
    expect(page).toContain('<meta name="color-scheme" content="light dark">');
    expect(page).toContain('@media (prefers-color-scheme:dark)');
  });

  it('tells the goals', () => {
    expect(page).toContain('<b>met</b> minutes: the bridge forces no deployment: 0');
    expect(page).toContain('<b>missed</b> minutes: the bridge costs at most 1.03 of the omniscient optimum: 1.1722');
  });
});
