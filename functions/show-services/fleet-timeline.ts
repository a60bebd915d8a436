import { excerpt } from './excerpt.ts';
import type { ServiceFacts, WidgetFacts } from './facts.ts';
import { type Happening, happeningsOf } from './happenings.ts';
import { type Html, html } from './html.ts';
import type { Look } from './look.ts';
import { marks } from './marks.ts';
import { at } from './px.ts';
import { taskSteps } from './task-steps.ts';
import { type TimeScale, timeAxis, timeScale } from './time-axis.ts';

const lanePx = 42;
const namePx = 150;

/** One lane a service whose history was read: above what happened to it, below what was done about it. */
export function fleetTimeline({ services, time }: WidgetFacts, look: Look): Html | undefined {
  const told = services.filter(({ history }) => history !== undefined);
  if (told.length === 0) return undefined;
  const { palette, clocks, widthPx } = look;
  const leftPx = Math.min(namePx, widthPx * 0.25);
  const rightPx = widthPx - 14;
  const bottomPx = told.length * lanePx + 4;
  const heightPx = bottomPx + 20;
  const x = timeScale(time, leftPx, rightPx);
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}" role="group" aria-label="Timeline of ${told.length} services" style="display:block;max-width:100%;height:auto;font-family:inherit">${timeAxis(
    time,
    { leftPx, rightPx, topPx: 0, bottomPx },
    clocks,
    palette,
  )}${told.map((service, index) => lane(service, index * lanePx, x, { leftPx, rightPx }, time, look))}</svg>`;
}

function lane(
  service: ServiceFacts,
  topPx: number,
  x: TimeScale,
  { leftPx, rightPx }: { readonly leftPx: number; readonly rightPx: number },
  time: WidgetFacts['time'],
  { palette, clocks }: Look,
): Html {
  const happenings = happeningsOf(service, time);
  const ofRow = (isOfRow: (kind: Happening['kind']) => boolean, yPx: number) =>
    marks(
      happenings.filter(({ kind }) => isOfRow(kind)),
      { x, yPx, clocks, palette },
    );
  const isDone = (kind: Happening['kind']) => kind.startsWith('bridge_') || kind.startsWith('strategy_');
  const charactersMax = Math.floor((leftPx - 12) / 7);
  return html`<g role="group" aria-label="${service.name} in ${service.cluster}"><text x="0" y="${topPx + 18}" font-size="12" font-weight="700" fill="${palette.ink}">${excerpt(service.name, charactersMax)}</text><text x="0" y="${topPx + 32}" font-size="11" fill="${palette.faint}">${excerpt(service.cluster, charactersMax)}</text>${bridgeBand(
    service,
    topPx + lanePx - 1,
    x,
    time,
    palette.fill.bridge,
  )}<line x1="0" y1="${topPx + lanePx}" x2="${at(rightPx)}" y2="${topPx + lanePx}" stroke="${palette.rule}" stroke-width="1"/>${ofRow(
    (kind) => !isDone(kind),
    topPx + 12,
  )}${ofRow(isDone, topPx + 28)}</g>`;
}

/** While tasks were asked of the bridge. */
function bridgeBand(
  { history }: ServiceFacts,
  bottomPx: number,
  x: TimeScale,
  time: WidgetFacts['time'],
  fill: string,
): Html[] {
  return taskSteps(history?.decisions ?? [], time)
    .filter(({ bridge }) => bridge > 0)
    .map(
      ({ fromMs, toMs }) =>
        html`<rect x="${at(x(fromMs))}" y="${bottomPx - 4}" width="${at(x(toMs) - x(fromMs))}" height="4" fill="${fill}"/>`,
    );
}
