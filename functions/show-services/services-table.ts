import { badges } from './badges.ts';
import { type Capacity, capacityOf } from './capacity.ts';
import { decisionCell } from './decision-cell.ts';
import type { ServiceFacts } from './facts.ts';
import { type Html, html } from './html.ts';
import type { Look } from './look.ts';
import type { Palette } from './palette.ts';
import { serviceLink } from './service-link.ts';
import { runningText, tasksBar } from './tasks-bar.ts';
import { lengthText } from './time-text.ts';

const barPx = 168;

/** One row a service, in the order given. */
export function servicesTable(services: readonly ServiceFacts[], nowMs: number, look: Look): Html {
  const { palette } = look;
  const head = (text: string) =>
    html`<th scope="col" style="background:${palette.paper};border:0;border-bottom:1px solid ${palette.rule};color:${palette.faint};font-weight:400;padding:4px 12px 4px 0;text-align:left">${text}</th>`;
  return html`<table style="background:${palette.paper};border:0;border-collapse:collapse;color:${palette.ink};font-size:13px;width:100%"><thead><tr style="background:${palette.paper}">${head('Service')}${head('Tasks')}${head('Last decision')}<th scope="col" style="background:${palette.paper};border:0;border-bottom:1px solid ${palette.rule}"></th></tr></thead><tbody>${services.map(
    (service) => row(service, nowMs, look),
  )}</tbody></table>`;
}

function row(service: ServiceFacts, nowMs: number, look: Look): Html {
  const { palette } = look;
  const capacity = capacityOf(service);
  const cell = (content: Html, more = '') =>
    html`<td style="background:${palette.paper};border:0;border-bottom:1px solid ${palette.rule};color:${palette.ink};padding:7px 12px 7px 0;text-align:left;vertical-align:top${more}">${content}</td>`;
  return html`<tr style="background:${palette.paper}">${cell(
    html`${serviceLink(service, look)} <span style="color:${palette.faint}">${service.cluster}</span><div>${badges(service, capacity, palette)}</div>`,
    ';min-width:130px;overflow-wrap:anywhere',
  )}${cell(tasksCell(capacity, nowMs, palette), `;width:${barPx + 12}px`)}${cell(
    decisionCell(service.newest, nowMs, look),
  )}${cell(details(service, look), ';padding-right:0;text-align:right')}</tr>`;
}

function tasksCell(capacity: Capacity | undefined, nowMs: number, palette: Palette): Html {
  if (capacity === undefined) return html`<span style="color:${palette.faint}">not known yet</span>`;
  const { missing, deploying, asOfMs } = capacity;
  const short = deploying ? palette.tone.acting : palette.tone.obstacle;
  return html`${tasksBar(capacity, barPx, palette)}<div style="font-size:12px;margin-top:2px">${runningText(capacity)}</div>${
    missing === 0
      ? undefined
      : html`<div style="color:${short};font-size:12px;font-weight:700">${missing} missing</div>`
  }${
    asOfMs === undefined
      ? undefined
      : html`<div style="color:${palette.faint};font-size:11px">as decided ${lengthText(nowMs - asOfMs)} ago</div>`
  }`;
}

/** CloudWatch makes a click on the element before a `cwdb-action` call the function again; elsewhere nothing is seen of it. */
function details({ cluster, name }: ServiceFacts, { functionArn, palette }: Look): Html {
  const params = JSON.stringify({ cluster, service: name });
  return html`<a title="Timeline of ${name}" style="color:${palette.link};cursor:pointer;white-space:nowrap">details</a><cwdb-action action="call" display="popup" endpoint="${functionArn}" style="display:none">${params}</cwdb-action>`;
}
