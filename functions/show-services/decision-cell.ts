import type { DecisionRecord } from '../../shared/decisions/plan.ts';
import { excerpt } from './excerpt.ts';
import { type Html, html } from './html.ts';
import type { Look } from './look.ts';
import type { Palette } from './palette.ts';
import { lengthText } from './time-text.ts';
import { toneOf } from './tone.ts';

const explanationMax = 220;

/** What was decided last, when, and why. */
export function decisionCell(newest: DecisionRecord | undefined, nowMs: number, { palette, clocks }: Look): Html {
  if (newest === undefined) return html`<span style="color:${palette.faint}">nothing decided yet</span>`;
  const { explanation, sinceMs, lastMs, count } = newest;
  const often = count === 1 ? '' : `, ${count} times since ${clocks.full(sinceMs)}`;
  return html`${reasonText(newest, palette)} <span title="${clocks.full(lastMs)} ${clocks.zone}" style="color:${palette.faint};white-space:nowrap">${lengthText(nowMs - lastMs)} ago</span><div title="${explanation}${often}" style="color:${palette.faint};margin-top:2px;overflow-wrap:anywhere">${excerpt(explanation, explanationMax)}</div>`;
}

/** The reason's own word, in the colour of its tone; a long one breaks where its parts meet. */
export function reasonText({ reason }: DecisionRecord, { tone }: Palette): Html {
  const parts = reason.split(/(?<=[_:])/).map((part) => html`${part}<wbr>`);
  return html`<span style="color:${tone[toneOf(reason)]};font-weight:700;overflow-wrap:break-word">${parts}</span>`;
}
