import type { ShownAlarm, ShownAlarms } from '../shown.ts';
import { shortName, stateBadge } from './alarm-tiles.ts';
import { type Chart, createChart } from './chart.ts';
import { element } from './element.ts';
import type { Theme } from './palette.ts';
import { clock, lengthText } from './text.ts';

/** Every alarm of the stack with its metric and threshold; beside them what they have done. */
export interface AlarmsView {
  show(alarms: ShownAlarms, theme: Theme): void;
  fit(): void;
}

export function createAlarmsView(place: HTMLElement): AlarmsView {
  const summary = element('p', { class: 'summary' });
  const list = element('div', { class: 'alarms' });
  const changes = element('ol', { class: 'changes', tabindex: 0, 'aria-label': 'Changes, the newest first' });
  const aside = element('aside', {}, element('h2', {}, 'Changes'), changes);
  place.replaceChildren(element('div', { class: 'beside' }, element('div', {}, summary, list), aside));
  let charts: Chart[] = [];
  let drawnFor = '';

  return {
    show({ alarms, changes: changed, nowMs }, theme) {
      const ringing = alarms.filter(({ state }) => state === 'ALARM').length;
      const turned = alarms.filter(({ state, sinceMs }) => state !== 'ALARM' && sinceMs !== undefined).length;
      summary.textContent = `${alarms.length} alarms: ${ringing} ring, ${turned} have rung and are quiet again.`;
      changes.replaceChildren(
        ...changed.map(({ atMs, name, state }) =>
          element('li', {}, element('time', {}, clock(atMs)), stateBadge(state), element('span', {}, shortName(name))),
        ),
      );
      const wanted = JSON.stringify([theme, alarms.map(({ id, state }) => [id, state])]);
      const spans = alarms.map(({ chart }) => ({ from: chart?.times[0] ?? 0, to: nowMs / 1_000 }));
      if (wanted === drawnFor) {
        const drawn = alarms.flatMap((alarm, index) =>
          alarm.chart === undefined ? [] : [{ alarm, span: spans[index] }],
        );
        drawn.forEach(({ alarm, span }, index) => {
          if (alarm.chart !== undefined && span !== undefined) charts[index]?.show(alarm.chart, span);
        });
        return;
      }
      drawnFor = wanted;
      for (const chart of charts) chart.destroy();
      charts = [];
      list.replaceChildren(
        ...alarms.map((alarm, index) => {
          const span = spans[index];
          const chart =
            alarm.chart === undefined || span === undefined ? undefined : createChart(alarm.chart, span, theme);
          if (chart !== undefined) charts.push(chart);
          return card(alarm, nowMs, chart?.root);
        }),
      );
      for (const chart of charts) chart.fit();
    },
    fit() {
      for (const chart of charts) chart.fit();
    },
  };
}

function card(alarm: ShownAlarm, nowMs: number, chart: HTMLElement | undefined): HTMLElement {
  const { name, state, sinceMs, meaning, condition, ringing } = alarm;
  const since = sinceMs === undefined ? 'since the start' : `since ${clock(sinceMs)}, ${lengthText(nowMs - sinceMs)}`;
  const because =
    ringing === undefined || ringing.length === 0 ? [] : [`Because of ${ringing.map(shortName).join(', ')}.`];
  return element(
    'article',
    { class: `alarm-card ${state}`, id: `alarm-${alarm.id}` },
    element('header', {}, element('h3', {}, shortName(name)), stateBadge(state), element('small', {}, since)),
    element('p', {}, ...withCode(meaning)),
    element('p', { class: 'condition' }, condition),
    ...because.map((text) => element('p', { class: 'because' }, text)),
    ...(chart === undefined ? [] : [chart]),
  );
}

/** What stands between backticks is code. */
function withCode(text: string): (string | HTMLElement)[] {
  return text.split('`').map((part, index) => (index % 2 === 0 ? part : element('code', {}, part)));
}
