import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Assets, buildAssets } from './assets.ts';
import { deployedDashboards, parseBody } from './dashboard-body.ts';
import { page } from './page.ts';
import { shownAlarms } from './show-alarms.ts';
import { shownDashboard } from './show-dashboard.ts';
import type { ShownTimeline } from './shown.ts';
import type { DashboardSource } from './source.ts';

export interface DashboardServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Only what this server sends may run or be loaded, and nobody else may frame it. Style attributes are allowed: custom
 * widgets are styled by nothing else.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src-elem 'self'",
  "style-src-attr 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const bodyBytesMax = 100_000;
const hourMs = 3_600_000;

/** The dashboards of a region, for a browser on this machine and for nobody else. */
export async function startDashboardServer(source: DashboardSource, port = 0): Promise<DashboardServer> {
  const assets = await buildAssets();
  const server = createServer((request, response) => {
    answer(source, assets, request, response).catch((error: unknown) => {
      send(response, 500, 'text/plain', error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: listening } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${listening}/`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answer(
  source: DashboardSource,
  { script, style }: Assets,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { host = '' } = request.headers;
  // A name that somebody else has made lead here (DNS rebinding) is not this server's.
  if (!/^(127\.0\.0\.1|localhost):\d+$/.test(host)) return send(response, 421, 'text/plain', 'not this server');
  const url = new URL(request.url ?? '/', `http://${host}`);
  const route = `${request.method} ${url.pathname}`;
  switch (route) {
    case 'GET /':
      return send(response, 200, 'text/html', page);
    case 'GET /page.js':
      return send(response, 200, 'text/javascript', script);
    case 'GET /page.css':
      return send(response, 200, 'text/css', style);
    case 'GET /favicon.ico':
      return send(response, 204, 'image/x-icon', '');
    case 'GET /api/dashboard': {
      const shown = shownDashboard(source, url.searchParams.get('name') ?? '', choicesIn(url), lengthIn(url));
      return shown === undefined ? send(response, 404, 'text/plain', 'no such dashboard') : sendJson(response, shown);
    }
    case 'GET /api/alarms':
      return sendJson(response, shownAlarms(source));
    case 'GET /api/timeline': {
      const { story, happenings } = source;
      const timeline: ShownTimeline = { nowMs: source.nowMs(), story, happenings };
      return sendJson(response, timeline);
    }
    case 'POST /api/invoke':
      return send(response, 200, 'text/plain', await invoke(source, request));
    default:
      return send(response, 404, 'text/plain', 'there is nothing here');
  }
}

function choicesIn({ searchParams }: URL): Record<string, string> {
  return Object.fromEntries(
    [...searchParams].flatMap(([name, value]) =>
      name.startsWith('variable-') ? [[name.slice('variable-'.length), value]] : [],
    ),
  );
}

function lengthIn({ searchParams }: URL): number | undefined {
  const hours = Number(searchParams.get('hours') ?? '');
  return hours > 0 ? hours * hourMs : undefined;
}

/** As the console does for a custom widget: its parameters, and who looks. */
async function invoke(source: DashboardSource, request: IncomingMessage): Promise<string> {
  // Another site's page cannot send this type without being asked first.
  if (request.headers['content-type'] !== 'application/json') throw new Error('application/json is wanted');
  const { endpoint, params, theme, width, fromMs, toMs } = JSON.parse(await textOf(request));
  if (!endpointsOf(source).has(endpoint)) throw new Error(`no widget of the dashboards calls ${endpoint}`);
  const answered = await source.invoke(endpoint, {
    ...(typeof params === 'object' ? params : {}),
    widgetContext: {
      theme: theme === 'dark' ? 'dark' : 'light',
      width: Number(width),
      timezone: { label: 'UTC', offsetISO: '+00:00', offsetInMinutes: 0 },
      timeRange: { mode: 'absolute', start: Number(fromMs), end: Number(toMs) },
      params,
    },
  });
  return typeof answered === 'string' ? answered : JSON.stringify(answered);
}

function endpointsOf({ template }: DashboardSource): ReadonlySet<unknown> {
  const widgets = deployedDashboards(template).flatMap(({ json }) => parseBody(json).widgets);
  return new Set(widgets.filter(({ type }) => type === 'custom').map(({ properties }) => properties.endpoint));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new Error('too long');
  }
  return Buffer.concat(chunks).toString('utf8');
}

function sendJson(response: ServerResponse, value: unknown): void {
  send(response, 200, 'application/json', JSON.stringify(value));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...headers, 'content-type': `${type}; charset=utf-8` }).end(body);
}
