import { badges } from './badges.ts';
import { type Capacity, capacityOf } from './capacity.ts';
import { decisionsTable } from './decisions-table.ts';
import type { ServiceFacts, WidgetFacts } from './facts.ts';
import { fleetTimeline } from './fleet-timeline.ts';
import { type Html, html } from './html.ts';
import { legend } from './legend.ts';
import type { Look } from './look.ts';
import { type Palette, palettes } from './palette.ts';
import type { WidgetRequest } from './request.ts';
import { serviceLink } from './service-link.ts';
import { serviceTimeline } from './service-timeline.ts';
import { servicesTable } from './services-table.ts';
import { runningText, tasksBar } from './tasks-bar.ts';
import { clocksOf, lengthText } from './time-text.ts';

/** Around the content, and a scroll bar. */
const paddingPx = 12;
const scrollBarPx = 16;

/** The whole widget: what was read, as the viewer wants to see it. */
export function page(facts: WidgetFacts, { viewer, problems }: WidgetRequest, functionArn: string): string {
  const palette = palettes[viewer.theme];
  const look: Look = {
    palette,
    clocks: clocksOf(viewer),
    widthPx: Math.floor(viewer.widthPx - 2 * paddingPx - scrollBarPx),
    functionArn,
    ...(viewer.consoleUrl === undefined ? {} : { consoleUrl: viewer.consoleUrl }),
  };
  const [only] = facts.services;
  const content = facts.single && only !== undefined ? ofOne(only, facts, look) : ofFleet(facts, look);
  return html`<div style="background:${palette.paper};color:${palette.ink};font-family:'Amazon Ember','Helvetica Neue',Roboto,Arial,sans-serif;font-size:13px;line-height:18px;padding:${paddingPx}px;font-variant-numeric:tabular-nums">${problems.map(
    (problem) => note(`Parameter ${problem}.`, palette.tone.obstacle),
  )}${facts.ecsFailed ? note('ECS gave no answer: tasks are as the last decisions found them.', palette.tone.obstacle) : undefined}${content}</div>`
    .text;
}

function ofFleet(facts: WidgetFacts, look: Look): Html {
  const { palette } = look;
  if (facts.services.length === 0)
    return note('No enrolled service fits. A service opts in by its tags.', palette.faint);
  const timeline = fleetTimeline(facts, look);
  return html`${headline(facts, look)}${servicesTable(facts.services, facts.nowMs, look)}${leftOut(facts, palette)}${
    timeline === undefined ? undefined : html`${heading(`The last ${span(facts)}`, palette)}${timeline}`
  }${legend(palette)}`;
}

function ofOne(service: ServiceFacts, facts: WidgetFacts, look: Look): Html {
  const { palette } = look;
  const capacity = capacityOf(service);
  return html`<div style="font-size:16px;line-height:22px;overflow-wrap:anywhere">${serviceLink(service, look)} <span style="color:${palette.faint};font-size:13px">${service.cluster}</span> ${badges(service, capacity, palette)}</div>${
    capacity === undefined
      ? undefined
      : html`<div style="margin:6px 0 10px">${tasksBar(capacity, Math.min(420, look.widthPx), palette)}<div style="margin-top:2px">${runningText(capacity)}${asOf(capacity, facts)}${
          capacity.missing === 0
            ? undefined
            : html`, <b style="color:${palette.tone.obstacle}">${capacity.missing} missing</b>`
        }</div></div>`
  }${serviceTimeline(service, facts.time, look)}${cutNote(service, palette)}${legend(palette)}${decisionsTable(service.history?.decisions ?? [], look)}`;
}

/** What there is, in one line. */
function headline({ services, matching, pausedAll, usageToday, nowMs }: WidgetFacts, { palette, clocks }: Look): Html {
  const known = services.flatMap((service) => capacityOf(service) ?? []);
  const sum = (count: (capacity: Capacity) => number) => known.reduce((total, one) => total + count(one), 0);
  const short = known.filter(({ missing, deploying }) => missing > 0 && !deploying).length;
  const figure = (value: string | number, text: string, colour: string = palette.ink) =>
    html`<span style="display:inline-block;margin:0 18px 4px 0;white-space:nowrap"><b style="color:${colour};font-size:18px">${value}</b> <span style="color:${palette.faint}">${text}</span></span>`;
  return html`${pausedAll ? note('Everything is paused by a person.', palette.tone.barred) : undefined}<div style="margin-bottom:4px">${figure(matching, matching === 1 ? 'service' : 'services')}${figure(short, 'short', short > 0 ? palette.tone.obstacle : palette.ink)}${figure(
    sum(({ spot }) => spot),
    'tasks on Spot',
  )}${figure(
    sum(({ bridge }) => bridge),
    'in bridges',
  )}${figure(
    sum(({ missing }) => missing),
    'missing',
  )}${
    usageToday === undefined
      ? undefined
      : figure(dollars(usageToday.savingNanoUsd), `USD saved today by ${usageToday.tasks} tasks that stopped`)
  }<span style="color:${palette.faint};white-space:nowrap">${clocks.seconds(nowMs)} ${clocks.zone}</span></div>`;
}

function leftOut({ services, matching, lookedAt }: WidgetFacts, palette: Palette): Html | undefined {
  if (services.length === matching) return undefined;
  const looked = lookedAt === matching ? '' : `, of the ${lookedAt} that were looked at`;
  return note(
    `The ${services.length} most urgent of ${matching}${looked}. The parameter cluster narrows it down.`,
    palette.faint,
  );
}

function cutNote({ history }: ServiceFacts, palette: Palette): Html | undefined {
  if (history?.cut !== true) return undefined;
  return note('There were more decisions before the first that is shown.', palette.faint);
}

function asOf({ asOfMs }: Capacity, { nowMs }: WidgetFacts): string {
  return asOfMs === undefined ? '' : ` (as decided ${lengthText(nowMs - asOfMs)} ago)`;
}

function span({ time: { fromMs, toMs } }: WidgetFacts): string {
  return lengthText(toMs - fromMs);
}

function note(text: string, colour: string): Html {
  return html`<div style="color:${colour};margin:4px 0">${text}</div>`;
}

function heading(text: string, palette: Palette): Html {
  return html`<div style="color:${palette.ink};font-size:14px;font-weight:700;margin:14px 0 6px">${text}</div>`;
}

function dollars(nanoUsd: number): string {
  return (nanoUsd / 1_000_000_000).toFixed(2);
}
