import { clusterArnOfService, nameOfArn } from '../../shared/events/arn.ts';
import type { TimeRange } from '../../shared/ports/ledger-view.ts';
import type { Theme } from './palette.ts';

/** Who looks, as far as CloudWatch tells. */
export interface Viewer {
  readonly theme: Theme;
  /** Of the widget, in CSS pixels. */
  readonly widthPx: number;
  /** What is added to UTC for the clocks in the widget, in minutes, and what that is called. */
  readonly offsetMinutes: number;
  readonly zone: string;
  /** What the dashboard shows, where it says. */
  readonly timeRange?: TimeRange;
  /** `https://REGION.console.aws.amazon.com` */
  readonly consoleUrl?: string;
}

/** What a widget is asked for. */
export interface WidgetRequest {
  readonly describe: boolean;
  /** Names. */
  readonly cluster?: string;
  readonly service?: string;
  readonly hours?: number;
  readonly viewer: Viewer;
  /** Parameters that are of no use, for whoever wrote them. */
  readonly problems: readonly string[];
}

/** Decisions are kept so long. */
const hoursMax = 14 * 24;
const hoursDefault = 3;
const hourMs = 3_600_000;
const widthPxDefault = 900;
const consoleUrls = /^https:\/\/([a-z0-9-]+\.)?console\.(aws\.amazon\.com|amazonaws-us-gov\.com|amazonaws\.cn)$/;

/**
 * The event of a custom widget: its parameters at the top, and `widgetContext`. Whatever is missing or of another kind
 * has a default, since nobody who looks at a dashboard can do anything about it.
 */
export function widgetRequest(event: unknown): WidgetRequest {
  const members = recordOf(event);
  const context = recordOf(members.widgetContext);
  const params = { ...recordOf(context.params), ...members };
  const problems: string[] = [];
  const text = (name: string): string | undefined => {
    const value = params[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string') return value.trim();
    problems.push(`${name}: expected text`);
    return undefined;
  };
  const service = text('service');
  const cluster = text('cluster') ?? (service === undefined ? undefined : clusterOf(service));
  const hours = hoursOf(params.hours, problems);
  return {
    describe: members.describe === true || members.describe === 'true',
    ...(cluster === undefined ? {} : { cluster: nameOfArn(cluster) }),
    ...(service === undefined ? {} : { service: nameOfArn(service) }),
    ...(hours === undefined ? {} : { hours }),
    viewer: viewerOf(context),
    problems,
  };
}

/** What the timeline shows: `hours` until now, or what the dashboard shows, and no more than is kept. */
export function timeShown({ hours, viewer }: WidgetRequest, nowMs: number): TimeRange {
  const { timeRange } = viewer;
  const asked =
    hours === undefined && timeRange !== undefined
      ? timeRange
      : { fromMs: nowMs - (hours ?? hoursDefault) * hourMs, toMs: nowMs };
  const toMs = Math.min(asked.toMs, nowMs);
  const fromMs = Math.max(asked.fromMs, nowMs - hoursMax * hourMs);
  return fromMs < toMs ? { fromMs, toMs } : { fromMs: nowMs - hoursDefault * hourMs, toMs: nowMs };
}

function clusterOf(service: string): string | undefined {
  return /^arn:[^/]*:service\/[^/]+\/[^/]+$/.test(service) ? clusterArnOfService(service) : undefined;
}

function hoursOf(value: unknown, problems: string[]): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const hours = typeof value === 'string' ? Number(value) : value;
  if (typeof hours === 'number' && hours > 0 && hours <= hoursMax) return hours;
  problems.push(`hours: expected a number above 0, ${hoursMax} at most`);
  return undefined;
}

function viewerOf(context: Readonly<Record<string, unknown>>): Viewer {
  const { theme, width, timezone, domain } = context;
  const timeRange = timeRangeOf(recordOf(context.timeRange));
  return {
    theme: theme === 'dark' ? 'dark' : 'light',
    widthPx: typeof width === 'number' && width > 0 ? Math.min(2_400, Math.max(320, width)) : widthPxDefault,
    ...zoneOf(recordOf(timezone)),
    ...(timeRange === undefined ? {} : { timeRange }),
    ...(typeof domain === 'string' && consoleUrls.test(domain) ? { consoleUrl: domain } : {}),
  };
}

/** A part that the viewer has zoomed into goes before the whole. */
function timeRangeOf(timeRange: Readonly<Record<string, unknown>>): TimeRange | undefined {
  for (const { start, end } of [recordOf(timeRange.zoom), timeRange]) {
    if (typeof start === 'number' && typeof end === 'number' && start < end) return { fromMs: start, toMs: end };
  }
  return undefined;
}

/** By `offsetISO`: which way the sign of `offsetInMinutes` goes is not documented. */
function zoneOf({ offsetISO }: Readonly<Record<string, unknown>>): Pick<Viewer, 'offsetMinutes' | 'zone'> {
  const [, sign, hours, minutes] = /^([+-])([01]\d):([0-5]\d)$/.exec(String(offsetISO)) ?? [];
  const offsetMinutes = (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
  return offsetMinutes === 0
    ? { offsetMinutes: 0, zone: 'UTC' }
    : { offsetMinutes, zone: `UTC${sign}${hours}:${minutes}` };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
