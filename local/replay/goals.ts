import type { Goal } from '../scenarios/outcome.ts';
import { type Result, type Row, rowOf } from './result.ts';
import { percent, round } from './table.ts';

/** What the bridge may cost against who knows the future. */
const ofOptimumMax = 1.03;

/**
 * What a trace has to show. Figures are compared as they are, without a margin. A rival is whoever is neither Ballast nor
 * knows the future; on-demand alone is one, and is never cheaper.
 */
export function goalsOf(result: Result): Goal[] {
  const name = result.trace.name;
  const best = rowOf(result, 'optimum');
  const bridge = rowOf(result, 'bridge');
  const hedged = rowOf(result, 'hedged');
  const strategy = rowOf(result, 'strategy');
  const flip = rowOf(result, 'flip');
  const twin = rowOf(result, 'whole-twin');
  const rivals = result.rows.filter(({ isRival }) => isRival);
  const better = rivals.filter((rival) => isCheaper(rival, bridge) && isMoreAvailable(rival, bridge));
  return [
    {
      goal: `${name}: the bridge costs at most ${ofOptimumMax} of the omniscient optimum`,
      measured: `${round(bridge.ofOptimum, 4)}: ${percent(bridge.figures.cost, 2)} against ${percent(best.figures.cost, 2)}`,
      met: bridge.ofOptimum <= ofOptimumMax,
    },
    {
      goal: `${name}: the bridge forces no deployment`,
      measured: String(bridge.figures.forcedDeployments),
      met: bridge.figures.forcedDeployments === 0,
    },
    {
      goal: `${name}: no rival is both cheaper and more available than the bridge`,
      measured: better.length === 0 ? 'none' : better.map(both).join('; '),
      met: better.length === 0,
    },
    {
      goal: `${name}: the hedged bridge is at least as available as the whole-service twin and costs no more`,
      measured: `${figures(hedged)} against ${figures(twin)}`,
      met: !isCheaper(twin, hedged) && !isMoreAvailable(twin, hedged),
    },
    {
      goal: `${name}: the strategy is cheaper and more available than the flip`,
      measured: `${figures(strategy)} against ${figures(flip)}`,
      // Where Spot never falls both do nothing.
      met: !isCheaper(flip, strategy) && !isMoreAvailable(flip, strategy),
    },
  ];
}

function isCheaper(one: Row, other: Row): boolean {
  return one.figures.cost < other.figures.cost;
}

function isMoreAvailable(one: Row, other: Row): boolean {
  return one.figures.availability > other.figures.availability;
}

function both(row: Row): string {
  return `${row.title}: ${figures(row)}`;
}

function figures({ figures: { cost, availability } }: Row): string {
  return `${percent(cost, 2)} and ${percent(availability, 4)}`;
}
