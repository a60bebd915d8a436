import type { ShownDashboard, ShownWidget, TextBlock } from '../shown.ts';
import { alarmTiles } from './alarm-tiles.ts';
import { type Chart, createChart } from './chart.ts';
import { createCustomWidget } from './custom-widget.ts';
import { element } from './element.ts';
import type { Theme } from './palette.ts';
import { numberText, unitText } from './text.ts';

/** One widget in its place in the grid. */
export interface WidgetView {
  readonly root: HTMLElement;
  readonly type: ShownWidget['type'];
  show(widget: ShownWidget, dashboard: ShownDashboard): void;
  fit(): void;
  destroy(): void;
}

export function createWidgetView(first: ShownWidget, dashboard: ShownDashboard, theme: Theme): WidgetView {
  const body = element('div', { class: 'body' });
  const title = titleOf(first);
  const heading = title === '' ? [] : [element('h3', { title }, title)];
  const root = element(
    'section',
    { class: `widget ${first.type}`, 'aria-label': title || undefined },
    ...heading,
    body,
  );
  root.style.gridColumn = `${first.x + 1} / span ${first.width}`;
  root.style.gridRow = `${first.y + 1} / span ${first.height}`;
  let chart: Chart | undefined;
  let custom: ReturnType<typeof createCustomWidget> | undefined;

  const show = (widget: ShownWidget, { nowMs, fromMs }: ShownDashboard): void => {
    const span = { from: fromMs / 1_000, to: nowMs / 1_000 };
    switch (widget.type) {
      case 'metric':
        if (widget.chart.view === 'singleValue') body.replaceChildren(singleValues(widget.chart));
        else if (chart === undefined) {
          chart = createChart(widget.chart, span, theme);
          body.replaceChildren(chart.root);
        } else chart.show(widget.chart, span);
        break;
      case 'text':
        if (body.childElementCount === 0) body.append(...widget.blocks.map(block));
        break;
      case 'alarm':
        body.replaceChildren(alarmTiles(widget.alarms, nowMs));
        break;
      case 'log':
        body.replaceChildren(logTable(widget));
        break;
      case 'custom':
        custom ??= createCustomWidget(widget);
        if (custom.root.parentElement === null) body.append(custom.root);
        custom.show({ theme, fromMs, toMs: nowMs }).catch((error: unknown) => {
          body.replaceChildren(element('p', { class: 'problem' }, String(error)));
        });
        break;
      case 'problem':
        body.replaceChildren(element('p', { class: 'problem' }, widget.text));
    }
  };
  // A custom widget asks for its own width, which it has once it is in the page.
  if (first.type !== 'custom') show(first, dashboard);
  return { root, type: first.type, show, fit: () => chart?.fit(), destroy: () => chart?.destroy() };
}

function titleOf(widget: ShownWidget): string {
  if (widget.type === 'metric') return widget.chart.title;
  return widget.type === 'text' ? '' : widget.title;
}

function singleValues({ lines }: Extract<ShownWidget, { type: 'metric' }>['chart']): HTMLElement {
  return element(
    'dl',
    { class: 'values' },
    ...lines.map(({ label, unit, values }) => {
      const value = values.findLast((one) => one !== null);
      const text = value == null ? '–' : numberText(value) + unitText(unit);
      return element('div', {}, element('dd', {}, text), element('dt', {}, label));
    }),
  );
}

const tags = { strong: 'strong', emphasis: 'em', code: 'code', plain: 'span' } as const;

function block({ kind, level, spans }: TextBlock): HTMLElement {
  const inside = spans.map(({ text, style }) => element(tags[style], {}, text));
  if (kind === 'paragraph') return element('p', {}, ...inside);
  return element(level === 1 ? 'h1' : 'h2', {}, ...inside);
}

function logTable({ columns, rows }: Extract<ShownWidget, { type: 'log' }>): HTMLElement {
  if (rows.length === 0) return element('p', { class: 'empty' }, 'No line in this time.');
  return element(
    'div',
    { class: 'scroll', tabindex: 0 },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...columns.map((name) => element('th', { scope: 'col' }, name)))),
      element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map((cell) => element('td', {}, cell))))),
    ),
  );
}
