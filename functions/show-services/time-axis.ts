import type { TimeRange } from '../../shared/ports/ledger-view.ts';
import { type Html, html } from './html.ts';
import type { Palette } from './palette.ts';
import { at } from './px.ts';
import type { Clocks } from './time-text.ts';

const minuteMs = 60_000;
const stepsMinutes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 5_760, 10_080];
/** Room for a label. */
const labelPx = 64;

/** Where a moment stands, in pixels. */
export type TimeScale = (ms: number) => number;

/** Moments before and after the time stand at its ends. */
export function timeScale({ fromMs, toMs }: TimeRange, leftPx: number, rightPx: number): TimeScale {
  return (ms) => leftPx + ((Math.min(toMs, Math.max(fromMs, ms)) - fromMs) / (toMs - fromMs)) * (rightPx - leftPx);
}

/** Round times of the viewer's clock. */
export function ticks({ fromMs, toMs }: TimeRange, widthPx: number, clocks: Pick<Clocks, 'offsetMs'>): number[] {
  const stepMs =
    minuteMs * (stepsMinutes.find((minutes) => ((toMs - fromMs) / minutes / minuteMs) * labelPx <= widthPx) ?? 10_080);
  const first = Math.ceil((fromMs + clocks.offsetMs) / stepMs) * stepMs - clocks.offsetMs;
  return Array.from(
    { length: Math.max(0, Math.floor((toMs - first) / stepMs) + 1) },
    (_, index) => first + index * stepMs,
  );
}

/** Vertical rules and their labels below. */
export function timeAxis(
  time: TimeRange,
  {
    leftPx,
    rightPx,
    topPx,
    bottomPx,
  }: { readonly leftPx: number; readonly rightPx: number; readonly topPx: number; readonly bottomPx: number },
  clocks: Clocks,
  palette: Palette,
): Html {
  const x = timeScale(time, leftPx, rightPx);
  return html`<g aria-hidden="true">${ticks(time, rightPx - leftPx, clocks).map(
    (ms) =>
      html`<line x1="${at(x(ms))}" y1="${topPx}" x2="${at(x(ms))}" y2="${bottomPx}" stroke="${palette.rule}" stroke-width="1"/><text x="${at(x(ms))}" y="${bottomPx + 14}" text-anchor="middle" font-size="11" fill="${palette.faint}">${clocks.axis(ms)}</text>`,
  )}<text x="0" y="${bottomPx + 14}" font-size="11" fill="${palette.faint}">${clocks.zone}</text></g>`;
}
