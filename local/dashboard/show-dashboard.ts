import { chartOf } from './chart.ts';
import { type BodyWidget, deployedDashboards, parseBody } from './dashboard-body.ts';
import { queryLogs } from './log-query.ts';
import { textBlocks } from './markdown.ts';
import type { TimeSpan } from './metric-data.ts';
import { shownAlarm } from './show-alarms.ts';
import type { ShownDashboard, ShownWidget } from './shown.ts';
import type { DashboardSource } from './source.ts';
import { shownVariables, withChoices } from './variables.ts';

/**
 * A dashboard of the packaged stack with the region's data.
 * @param asked choices by the variable's id.
 * @param lengthMs how far back; as the dashboard says unless given.
 * @returns undefined where the stack has none of that name.
 */
export function shownDashboard(
  source: DashboardSource,
  name: string,
  asked: Readonly<Record<string, string>>,
  lengthMs?: number,
): ShownDashboard | undefined {
  const dashboard = deployedDashboards(source.template).find((one) => one.name === name);
  if (dashboard === undefined) return undefined;
  const variables = shownVariables(parseBody(dashboard.json), source.metrics, asked);
  const body = withChoices(dashboard.json, variables);
  const nowMs = source.nowMs();
  const fromMs = Math.max(source.bornMs, nowMs - (lengthMs ?? lengthOf(body.start)));
  const span = { fromMs, toMs: nowMs };
  return { name, nowMs, fromMs, variables, widgets: body.widgets.map((widget) => shownWidget(source, widget, span)) };
}

const hourMs = 3_600_000;

/** `-PT6H` */
function lengthOf(start = '-PT3H'): number {
  const [, hours] = /^-PT(\d+)H$/.exec(start) ?? [];
  if (hours === undefined) throw new Error(`dashboard: the start ${start} is not known to the embedded region`);
  return Number(hours) * hourMs;
}

/** One that cannot be shown says so in its place: the others are still of use. */
function shownWidget(source: DashboardSource, widget: BodyWidget, span: TimeSpan): ShownWidget {
  const { x, y, width, height } = widget;
  const place = { x, y, width, height };
  try {
    return { ...place, ...contentOf(source, widget, span) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { ...place, type: 'problem', title: String(widget.properties.title ?? widget.type), text };
  }
}

type Content<W> = W extends unknown ? Omit<W, 'x' | 'y' | 'width' | 'height'> : never;

function contentOf(source: DashboardSource, { type, properties }: BodyWidget, span: TimeSpan): Content<ShownWidget> {
  const title = String(properties.title ?? '');
  switch (type) {
    case 'metric':
      return { type, chart: chartOf(source.metrics, properties, span) };
    case 'text':
      return { type, blocks: textBlocks(String(properties.markdown)) };
    case 'alarm': {
      const arns = Array.isArray(properties.alarms) ? properties.alarms : [];
      return { type, title, alarms: arns.map((arn) => shownAlarm(source, String(arn))) };
    }
    case 'log':
      return { type, title, ...queryLogs(source.logs, String(properties.query), span) };
    case 'custom':
      return { type, title, endpoint: String(properties.endpoint), params: properties.params };
    default:
      throw new Error(`a widget of the type ${type} is not known to the embedded region`);
  }
}
