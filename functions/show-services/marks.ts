import type { Happening, HappeningKind } from './happenings.ts';
import { type Html, html } from './html.ts';
import type { Palette } from './palette.ts';
import { at } from './px.ts';
import type { TimeScale } from './time-axis.ts';
import type { Clocks } from './time-text.ts';

/** Lines of a tooltip. */
const linesMax = 8;
/** Marks of a kind that are nearer than this become one: each is 12 wide, and a number stands beside it. */
const nearPx = 26;

export const kindTexts: Readonly<Record<HappeningKind, string>> = {
  notice: 'Spot takes tasks',
  bridge_grown: 'bridge grown',
  bridge_returned: 'bridge returned',
  strategy_shifted: 'strategy shifted',
  strategy_returned: 'strategy put back',
  deployment: 'deployment failed',
  obstacle: 'in the way',
};

/** Around 0, 0: each kind can be told by its shape alone. */
export const shapes: Readonly<Record<HappeningKind, string>> = {
  notice: 'M-6 -5H6L0 6Z',
  bridge_grown: 'M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z',
  bridge_returned: 'M-6 -2.5H6V2.5H-6Z',
  strategy_shifted: 'M0 -6.5L6.5 0L0 6.5L-6.5 0Z',
  strategy_returned: 'M-6 -5.5L0 0L-6 5.5ZM6 -5.5L0 0L6 5.5Z',
  deployment: 'M-6 -3.2L-3.2 -6L0 -2.8L3.2 -6L6 -3.2L2.8 0L6 3.2L3.2 6L0 2.8L-3.2 6L-6 3.2L-2.8 0Z',
  obstacle: 'M-3 -6H3L6 0L3 6H-3L-6 0Z',
};

function colourOf(kind: HappeningKind, { fill }: Palette): string {
  const colours: Readonly<Record<HappeningKind, string>> = {
    notice: fill.missing,
    bridge_grown: fill.bridge,
    bridge_returned: fill.returned,
    strategy_shifted: fill.strategy,
    strategy_returned: fill.strategy,
    deployment: fill.deployment,
    obstacle: fill.obstacle,
  };
  return colours[kind];
}

/** The shape of a kind; what was only planned is hollow. */
export function shape(kind: HappeningKind, palette: Palette, planned = false): Html {
  const colour = planned ? palette.paper : colourOf(kind, palette);
  return html`<path d="${shapes[kind]}" fill="${colour}" stroke="${palette.ink}" stroke-width="1"${
    planned ? html` stroke-dasharray="2 1.5"` : undefined
  }/>`;
}

interface Mark {
  readonly kind: HappeningKind;
  readonly px: number;
  readonly planned: boolean;
  readonly happenings: readonly Happening[];
}

/** Happenings of one row as marks, oldest first; those that would lie on each other are one, with how many they are. */
export function marks(
  happenings: readonly Happening[],
  {
    x,
    yPx,
    clocks,
    palette,
  }: { readonly x: TimeScale; readonly yPx: number; readonly clocks: Clocks; readonly palette: Palette },
): Html[] {
  return together(happenings, x).map((mark) => {
    const count = mark.happenings.reduce((sum, one) => sum + one.count, 0);
    const text = textOf(mark, clocks);
    return html`<g role="img" aria-label="${text}" transform="translate(${at(mark.px)} ${yPx})"><title>${text}</title>${span(mark, x, palette)}${shape(mark.kind, palette, mark.planned)}${
      count === 1 || mark.kind === 'obstacle'
        ? undefined
        : html`<text x="8" y="4" font-size="11" font-weight="700" fill="${palette.ink}" stroke="${palette.paper}" stroke-width="3" paint-order="stroke">${count}</text>`
    }</g>`;
  });
}

function together(happenings: readonly Happening[], x: TimeScale): Mark[] {
  const all: Mark[] = [];
  for (const happening of happenings) {
    const px = x(happening.atMs);
    const index = all.findLastIndex(({ kind, planned }) => kind === happening.kind && planned === happening.planned);
    const last = all[index];
    if (last !== undefined && px - last.px < nearPx) {
      all[index] = { ...last, happenings: [...last.happenings, happening] };
    } else {
      all.push({ kind: happening.kind, px, planned: happening.planned, happenings: [happening] });
    }
  }
  return all;
}

/** For how long the same was in the way. */
function span({ px, kind, happenings }: Mark, x: TimeScale, palette: Palette): Html | undefined {
  const endPx = Math.max(...happenings.map(({ atMs, untilMs = atMs }) => x(untilMs))) - px;
  if (kind !== 'obstacle' || endPx < 6) return undefined;
  return html`<line x1="0" y1="0" x2="${at(endPx)}" y2="0" stroke="${palette.ink}" stroke-width="1.5"/>`;
}

function textOf({ happenings }: Mark, clocks: Clocks): string {
  const lines = happenings.slice(0, linesMax).map(({ atMs, text }) => `${clocks.full(atMs)} ${text}`);
  const more = happenings.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}
