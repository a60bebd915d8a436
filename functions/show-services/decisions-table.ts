import type { DecisionRecord } from '../../shared/decisions/plan.ts';
import { reasonText } from './decision-cell.ts';
import { beginning } from './excerpt.ts';
import { type Html, html } from './html.ts';
import type { Look } from './look.ts';
import type { Palette } from './palette.ts';
import { lengthText } from './time-text.ts';

const rowsMax = 15;
/** A diagnosis is five lines. */
const explanationMax = 1_000;

/** The newest decisions, one row each: since when, how often, what and why. */
export function decisionsTable(decisions: readonly DecisionRecord[], { palette, clocks }: Look): Html | undefined {
  if (decisions.length === 0) return undefined;
  const head = (text: string) =>
    html`<th scope="col" style="background:${palette.paper};border:0;border-bottom:1px solid ${palette.rule};color:${palette.faint};font-weight:400;padding:4px 12px 4px 0;text-align:left">${text}</th>`;
  const cell = (content: Html, more = '') =>
    html`<td style="background:${palette.paper};border:0;border-bottom:1px solid ${palette.rule};color:${palette.ink};padding:5px 12px 5px 0;text-align:left;vertical-align:top${more}">${content}</td>`;
  return html`<table style="background:${palette.paper};border:0;border-collapse:collapse;color:${palette.ink};font-size:13px;margin-top:10px;width:100%"><thead><tr style="background:${palette.paper}">${head(`Since (${clocks.zone})`)}${head('Decision')}${head('Why')}</tr></thead><tbody>${decisions
    .slice(0, rowsMax)
    .map(
      (record) =>
        html`<tr style="background:${palette.paper}">${cell(
          html`${clocks.full(record.sinceMs)}${lasted(record, palette)}`,
          ';white-space:nowrap',
        )}${cell(reasonText(record, palette))}${cell(
          html`<span style="overflow-wrap:anywhere;white-space:pre-line">${beginning(record.explanation, explanationMax)}</span>`,
        )}</tr>`,
    )}</tbody></table>`;
}

/** How often the same was decided, where it was more than once. */
function lasted({ sinceMs, lastMs, count, mode }: DecisionRecord, { faint }: Palette): Html | undefined {
  const often = count === 1 ? [] : [`${count} times in ${lengthText(lastMs - sinceMs)}`];
  const parts = [...often, ...(mode === 'observe' ? ['observing'] : [])];
  return parts.length === 0 ? undefined : html`<div style="color:${faint};font-size:12px">${parts.join(', ')}</div>`;
}
