import type { ShownDashboard, ShownVariable, ShownWidget } from '../shown.ts';
import { element } from './element.ts';
import type { Theme } from './palette.ts';
import { createWidgetView, type WidgetView } from './widget-view.ts';

/** A dashboard in CloudWatch's grid of 24 columns, with its variables above it. */
export interface DashboardView {
  show(dashboard: ShownDashboard, theme: Theme): void;
  fit(): void;
}

export function createDashboardView(place: HTMLElement, onChoice: (id: string, value: string) => void): DashboardView {
  const variables = element('div', { class: 'variables' });
  const grid = element('div', { class: 'grid' });
  place.replaceChildren(variables, grid);
  let views: WidgetView[] = [];
  let drawnFor = '';
  let choices = '';

  const drawVariables = (shown: readonly ShownVariable[]): void => {
    const now = JSON.stringify(shown);
    if (now === choices) return;
    choices = now;
    variables.replaceChildren(
      ...shown.map(({ id, label, options, chosen }) => {
        const select = element(
          'select',
          { id: `variable-${id}` },
          ...options.map((option) => element('option', { value: option, selected: option === chosen }, option)),
        );
        select.addEventListener('change', () => onChoice(id, select.value));
        return element('label', {}, `${label} `, select);
      }),
    );
  };

  return {
    show(dashboard, theme) {
      drawVariables(dashboard.variables);
      const chosen = dashboard.variables.map((variable) => variable.chosen);
      const wanted = JSON.stringify([dashboard.name, theme, chosen, dashboard.widgets.map(shapeOf)]);
      if (wanted === drawnFor) {
        dashboard.widgets.forEach((widget, index) => {
          views[index]?.show(widget, dashboard);
        });
        return;
      }
      drawnFor = wanted;
      for (const view of views) view.destroy();
      views = dashboard.widgets.map((widget) => createWidgetView(widget, dashboard, theme));
      grid.replaceChildren(...views.map(({ root }) => root));
      views.forEach((view, index) => {
        const widget = dashboard.widgets[index];
        view.fit();
        if (view.type === 'custom' && widget !== undefined) view.show(widget, dashboard);
      });
    },
    fit() {
      for (const view of views) view.fit();
    },
  };
}

/** What makes a widget another one. */
function shapeOf({ type, x, y, width, height, ...widget }: ShownWidget): unknown {
  return [type, x, y, width, height, 'chart' in widget ? [widget.chart.title, widget.chart.view] : 0];
}
