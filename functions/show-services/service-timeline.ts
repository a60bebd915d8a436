import type { ServiceFacts, WidgetFacts } from './facts.ts';
import { type Happening, type HappeningKind, happeningsOf } from './happenings.ts';
import { type Html, html } from './html.ts';
import type { Look } from './look.ts';
import { marks } from './marks.ts';
import type { Palette } from './palette.ts';
import { at } from './px.ts';
import { type Step, taskSteps } from './task-steps.ts';
import { type TimeScale, timeAxis, timeScale } from './time-axis.ts';

const chartPx = 120;
const chartTopPx = 12;
const lanePx = 26;
const namePx = 104;
/** Room for what is written beside the last mark. */
const edgePx = 26;

const lanes: readonly { readonly name: string; readonly kinds: readonly HappeningKind[] }[] = [
  { name: 'Spot', kinds: ['notice'] },
  { name: 'Bridge', kinds: ['bridge_grown', 'bridge_returned'] },
  { name: 'Strategy', kinds: ['strategy_shifted', 'strategy_returned'] },
  { name: 'Deployments', kinds: ['deployment'] },
  { name: 'In the way', kinds: ['obstacle'] },
];

/** One service: how many tasks it had from decision to decision, and a lane for each kind of happening. */
export function serviceTimeline(service: ServiceFacts, time: WidgetFacts['time'], look: Look): Html {
  const { palette, clocks, widthPx } = look;
  const leftPx = Math.min(namePx, widthPx * 0.25);
  const rightPx = widthPx - edgePx;
  const lanesTopPx = chartTopPx + chartPx + 8;
  const bottomPx = lanesTopPx + lanes.length * lanePx;
  const heightPx = bottomPx + 20;
  const x = timeScale(time, leftPx, rightPx);
  const happenings = happeningsOf(service, time);
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}" role="group" aria-label="Timeline of ${service.name}" style="display:block;max-width:100%;height:auto;font-family:inherit">${timeAxis(
    time,
    { leftPx, rightPx, topPx: chartTopPx, bottomPx },
    clocks,
    palette,
  )}${tasksChart(taskSteps(service.history?.decisions ?? [], time), x, leftPx, rightPx, palette)}${lanes.map(
    ({ name, kinds }, index) => {
      const topPx = lanesTopPx + index * lanePx;
      return html`<line x1="0" y1="${topPx}" x2="${at(rightPx)}" y2="${topPx}" stroke="${palette.rule}" stroke-width="1"/>${label(name, leftPx - 10, topPx + 17, palette.ink)}${marks(
        happenings.filter(({ kind }: Happening) => kinds.includes(kind)),
        { x, yPx: topPx + lanePx / 2, clocks, palette },
      )}`;
    },
  )}<line x1="0" y1="${bottomPx}" x2="${at(rightPx)}" y2="${bottomPx}" stroke="${palette.rule}" stroke-width="1"/></svg>`;
}

function label(text: string | number, rightPx: number, yPx: number, colour: string): Html {
  return html`<text x="${at(rightPx)}" y="${at(yPx)}" text-anchor="end" font-size="11" fill="${colour}">${text}</text>`;
}

/** The service's own tasks and on them the bridge's, under the line of what is wanted. */
function tasksChart(steps: readonly Step[], x: TimeScale, leftPx: number, rightPx: number, palette: Palette): Html {
  const bottomPx = chartTopPx + chartPx;
  const most = Math.max(1, ...steps.map(({ wanted, own, bridge }) => Math.max(wanted, own + bridge)));
  const y = (count: number) => bottomPx - (count / most) * (chartPx - 8);
  // One path an area: rectangles side by side would show their seams.
  const area = (to: (step: Step) => number, from: (step: Step) => number, fill: string, opacity: number) =>
    html`<path d="${steps
      .filter((step) => to(step) > from(step))
      .map((step) => rectangle(x(step.fromMs), x(step.toMs), y(to(step)), y(from(step))))
      .join('')}" fill="${fill}" fill-opacity="${opacity}" shape-rendering="crispEdges"/>`;
  const have = ({ own, bridge }: Step) => own + bridge;
  const text = 'Tasks: own, bridge, wanted';
  return html`<g role="img" aria-label="${text}">${label('Tasks', leftPx - 10, chartTopPx + 12, palette.ink)}${label(most, leftPx - 10, y(most) + 16, palette.faint)}${label(0, leftPx - 10, bottomPx, palette.faint)}${area(
    ({ own }) => own,
    () => 0,
    palette.fill.spot,
    1,
  )}${area(have, ({ own }) => own, palette.fill.bridge, 1)}${area(({ wanted }) => wanted, have, palette.fill.missing, 0.3)}<path d="${stairs(steps, x, y)}" fill="none" stroke="${palette.ink}" stroke-width="1.5" stroke-dasharray="6 4"/><line x1="${at(leftPx)}" y1="${bottomPx}" x2="${at(rightPx)}" y2="${bottomPx}" stroke="${palette.rule}" stroke-width="1"/></g>`;
}

function rectangle(leftPx: number, rightPx: number, topPx: number, bottomPx: number): string {
  return `M${at(leftPx)} ${at(topPx)}H${at(rightPx)}V${at(bottomPx)}H${at(leftPx)}Z`;
}

/** The line of what is wanted: level from step to step. */
function stairs(steps: readonly Step[], x: TimeScale, y: (count: number) => number): string {
  return steps
    .map(
      ({ fromMs, toMs, wanted }, index) => `${index === 0 ? 'M' : 'L'}${at(x(fromMs))} ${at(y(wanted))}H${at(x(toMs))}`,
    )
    .join('');
}
