import type { Capacity } from './capacity.ts';
import { type Html, html } from './html.ts';
import type { Palette } from './palette.ts';
import { at } from './px.ts';

const heightPx = 14;

/** Tasks as a bar: Spot, on demand, bridge side by side, and a dashed outline for what is missing. */
export function tasksBar(capacity: Capacity, widthPx: number, palette: Palette): Html {
  const { spot, onDemand, bridge, missing } = capacity;
  const all = Math.max(1, spot + onDemand + bridge + missing);
  const parts = [
    { count: spot, fill: palette.fill.spot },
    { count: onDemand, fill: palette.fill.onDemand },
    { count: bridge, fill: palette.fill.bridge },
  ].filter(({ count }) => count > 0);
  const px = (count: number) => (count / all) * (widthPx - 2);
  let leftPx = 1;
  const drawn = parts.map(({ count, fill }) => {
    const from = leftPx;
    leftPx += px(count);
    return html`<rect x="${at(from)}" y="1" width="${at(px(count))}" height="${heightPx - 2}" fill="${fill}" stroke="${palette.ink}" stroke-width="1"/>`;
  });
  const text = `${runningText(capacity)}, ${missing} missing`;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}" role="img" aria-label="${text}" style="display:block;max-width:100%"><title>${text}</title>${drawn}${
    missing === 0
      ? undefined
      : html`<rect x="${at(leftPx)}" y="1" width="${at(px(missing))}" height="${heightPx - 2}" fill="none" stroke="${palette.fill.missing}" stroke-width="1.5" stroke-dasharray="3 2"/>`
  }</svg>`;
}

/** `10 of 10: 7 Spot, 3 bridge` */
export function runningText({ spot, onDemand, bridge, desired }: Capacity): string {
  const named = [
    [spot, 'Spot'],
    [onDemand, 'on demand'],
    [bridge, 'bridge'],
  ] as const;
  const some = named.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return [`${spot + onDemand + bridge} of ${desired}`, ...(some.length === 0 ? [] : [some.join(', ')])].join(': ');
}
