import { excerpt } from './excerpt.ts';
import type { ServiceFacts, WidgetFacts } from './facts.ts';
import { type Happening, type HappeningKind, happeningsOf } from './happenings.ts';
import { type Html, html } from './html.ts';
import type { Look } from './look.ts';
import { marks } from './marks.ts';
import type { Palette } from './palette.ts';
import { at } from './px.ts';
import { taskSteps } from './task-steps.ts';
import { type TimeScale, timeAxis, timeScale } from './time-axis.ts';

const rowPx = 15;
/** Two lines of text. */
const lanePxMin = 38;
const namePx = 150;
/** Room for what is written beside the last mark. */
const edgePx = 26;

/** From the top: what happened to a service, what was done about it, what was in the way. Rows with nothing are left out. */
const rows: readonly (readonly HappeningKind[])[] = [
  ['notice', 'deployment'],
  ['bridge_grown', 'bridge_returned', 'strategy_shifted', 'strategy_returned'],
  ['obstacle'],
];

interface Lane {
  readonly service: ServiceFacts;
  readonly rows: readonly (readonly Happening[])[];
  readonly topPx: number;
  readonly heightPx: number;
}

/** One lane for each service whose history was read. */
export function fleetTimeline({ services, time }: WidgetFacts, look: Look): Html | undefined {
  const lanes = lanesOf(services, time);
  const last = lanes.at(-1);
  if (last === undefined) return undefined;
  const { palette, clocks, widthPx } = look;
  const leftPx = Math.min(namePx, widthPx * 0.25);
  const rightPx = widthPx - edgePx;
  const bottomPx = last.topPx + last.heightPx + 4;
  const heightPx = bottomPx + 20;
  const x = timeScale(time, leftPx, rightPx);
  const label = `Timeline of ${lanes.length} ${lanes.length === 1 ? 'service' : 'services'}`;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}" role="group" aria-label="${label}" style="display:block;max-width:100%;height:auto;font-family:inherit">${timeAxis(
    time,
    { leftPx, rightPx, topPx: 0, bottomPx },
    clocks,
    palette,
  )}${lanes.map((one) => drawn(one, x, { leftPx, rightPx }, time, look))}</svg>`;
}

function lanesOf(services: readonly ServiceFacts[], time: WidgetFacts['time']): Lane[] {
  let topPx = 0;
  return services.flatMap((service) => {
    if (service.history === undefined) return [];
    const happenings = happeningsOf(service, time);
    const filled = rows
      .map((kinds) => happenings.filter(({ kind }) => kinds.includes(kind)))
      .filter((row) => row.length > 0);
    const lane = { service, rows: filled, topPx, heightPx: Math.max(lanePxMin, filled.length * rowPx + 10) };
    topPx += lane.heightPx;
    return [lane];
  });
}

function drawn(
  { service, rows: filled, topPx, heightPx }: Lane,
  x: TimeScale,
  { leftPx, rightPx }: { readonly leftPx: number; readonly rightPx: number },
  time: WidgetFacts['time'],
  { palette, clocks }: Look,
): Html {
  const charactersMax = Math.floor((leftPx - 12) / 7);
  const middlePx = topPx + heightPx / 2;
  const bottomPx = topPx + heightPx;
  return html`<g role="group" aria-label="${service.name} in ${service.cluster}"><text x="0" y="${middlePx - 3}" font-size="12" font-weight="700" fill="${palette.ink}">${excerpt(service.name, charactersMax)}</text><text x="0" y="${middlePx + 12}" font-size="11" fill="${palette.faint}">${excerpt(service.cluster, charactersMax)}</text>${bridgeBand(
    service,
    bottomPx - 1,
    x,
    time,
    palette,
  )}<line x1="0" y1="${bottomPx}" x2="${at(rightPx)}" y2="${bottomPx}" stroke="${palette.rule}" stroke-width="1"/>${filled.map(
    (row, index) => html`${marks(row, { x, yPx: topPx + 11 + index * rowPx, clocks, palette })}`,
  )}</g>`;
}

/** While tasks were asked of the bridge. */
function bridgeBand(
  { history }: ServiceFacts,
  bottomPx: number,
  x: TimeScale,
  time: WidgetFacts['time'],
  { fill }: Palette,
): Html {
  const bands = taskSteps(history?.decisions ?? [], time)
    .filter(({ bridge }) => bridge > 0)
    .map(({ fromMs, toMs }) => `M${at(x(fromMs))} ${bottomPx - 4}H${at(x(toMs))}V${bottomPx}H${at(x(fromMs))}Z`);
  return html`<path d="${bands.join('')}" fill="${fill.bridge}" shape-rendering="crispEdges"/>`;
}
