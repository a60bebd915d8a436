import { at, escaped, linear, steps } from './markup.ts';
import type { Result, Row } from './result.ts';

/** Cost and availability of every policy in one drawing. */

const [width, height] = [400, 300];
const plot = { left: 84, right: 390, top: 16, bottom: 248 };
/** Shares of task time that are missing, on a logarithmic axis: below the least nothing can be told apart. */
const missingMin = 0.000_001;
const missingLabels = [0.1, 0.01, 0.001, 0.000_1, 0.000_01];

/** Each policy has a shape besides its colour. */
const shapes: Readonly<Record<string, string>> = {
  optimum: 'M0-8L2.2-2.6 8-2.5 3.4 1.1 5 7 0 3.6-5 7-3.4 1.1-8-2.5-2.2-2.6Z',
  bridge: 'M-6 0A6 6 0 1 0 6 0A6 6 0 1 0-6 0Z',
  strategy: 'M-5.5-5.5H5.5V5.5H-5.5Z',
  'spot-only': 'M0-7L7 6H-7Z',
  'on-demand-only': 'M0 7L-7-6H7Z',
  flip: 'M0-7.5L6 0 0 7.5-6 0Z',
  'whole-twin': 'M-6-2H-2V-6H2V-2H6V2H2V6H-2V2H-6Z',
  'on-failure': 'M-6-4L-4-6 0-2 4-6 6-4 2 0 6 4 4 6 0 2-4 6-6 4-2 0Z',
};
const otherShape = 'M-6-3H6V3H-6Z';

/** The same sign as in the drawing, for the table beside it. */
export function sign(name: string): string {
  return `<svg class="sign" viewBox="-9 -9 18 18" aria-hidden="true">${shape(name)}</svg>`;
}

export function scatter({ rows, trace }: Result): string {
  const dearest = Math.max(1, ...rows.map(({ figures }) => figures.cost));
  const x = linear([0, dearest * 1.05], [plot.left, plot.right]);
  const y = linear([Math.log10(missingMin), 0], [plot.top, plot.bottom]);
  const place = ({ figures: { cost, availability } }: Row) =>
    `translate(${at(x(cost))} ${at(y(Math.log10(Math.max(missingMin, 1 - availability))))})`;
  const points = rows.map(
    (row) => `<g transform="${place(row)}"><title>${escaped(row.title)}</title>${shape(row.name)}</g>`,
  );
  const across = [...missingLabels, missingMin].map((missing) => {
    const text = missing === missingMin ? '100 %' : `${Number(((1 - missing) * 100).toFixed(4))} %`;
    const level = at(y(Math.log10(missing)));
    return `<path class="grid" d="M${plot.left} ${level}H${plot.right}"/><text x="${plot.left - 10}" y="${at(Number(level) + 4)}" text-anchor="end">${text}</text>`;
  });
  const down = steps(dearest * 100, 6, [10, 20, 50]).map((percent) => {
    const level = at(x(percent / 100));
    return `<path class="grid" d="M${level} ${plot.top}V${plot.bottom}"/><text x="${level}" y="${plot.bottom + 18}" text-anchor="middle">${percent} %</text>`;
  });
  const label = `Cost and availability on the trace ${trace.name}`;
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}">
${[...across, ...down].join('')}
<text x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 40}" text-anchor="middle">cost of all on-demand</text>
<text transform="translate(11 ${(plot.top + plot.bottom) / 2}) rotate(-90)" text-anchor="middle">availability</text>
${points.join('\n')}
</svg>`;
}

function shape(name: string): string {
  return `<path class="point c-${name}" d="${shapes[name] ?? otherShape}"/>`;
}
