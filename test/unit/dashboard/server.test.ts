import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DashboardServer, startDashboardServer } from '../../../local/dashboard/server.ts';
import type { DashboardSource } from '../../../local/dashboard/source.ts';
import { createAlarms } from '../../../local/region/alarms.ts';
import { createLogStore } from '../../../local/region/logs.ts';
import { createMetricStore } from '../../../local/region/metrics.ts';
import { createTemplate } from '../../../local/region/template.ts';

const widgetArn = 'arn:aws:lambda:us-east-1:111122223333:function:ballast-dev-show-services';
const startMs = Date.parse('2026-03-01T09:00:00Z');
const nowMs = () => startMs + 600_000;
const invoked: unknown[] = [];
let server: DashboardServer;

/** A stack with one dashboard, of one custom widget and one that the region does not know. */
function aSource(): DashboardSource {
  const custom = { type: 'custom', x: 0, y: 0, width: 24, height: 8 };
  const DashboardBody = JSON.stringify({
    widgets: [
      { ...custom, properties: { title: 'Services', endpoint: widgetArn, params: { hours: 3 } } },
      { ...custom, type: 'explorer', y: 8, properties: { title: 'Unheard of' } },
    ],
  });
  const template = createTemplate(
    {
      Fleet: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardName: 'ballast-dev-fleet', DashboardBody } },
    },
    { region: 'us-east-1', account: '111122223333', endpoint: 'http://127.0.0.1' },
  );
  const metrics = createMetricStore(nowMs);
  return {
    story: 'a story',
    template,
    metrics,
    alarms: createAlarms(template, metrics, nowMs, () => {}),
    alarmChanges: [],
    logs: createLogStore(),
    bornMs: startMs,
    nowMs,
    happenings: [],
    async invoke(functionArn, event) {
      invoked.push([functionArn, event]);
      return '<b>services</b>';
    },
  };
}

beforeAll(async () => {
  server = await startDashboardServer(aSource());
});

afterAll(() => server.stop());

const post = (body: unknown, type = 'application/json') =>
  fetch(`${server.url}api/invoke`, { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify(body) });

describe('the server of the dashboards', () => {
  it('listens on this machine only', () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  });

  it.each(['', 'page.js', 'page.css', 'api/alarms', 'nothing'])('allows /%s nothing from elsewhere', async (path) => {
    const { headers } = await fetch(server.url + path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src-elem 'self'");
    expect(policy).not.toMatch(/https?:|unsafe-eval|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('answers no other name that leads to it', async () => {
    const { port } = new URL(server.url);
    const status = await new Promise<number | undefined>((resolve) => {
      request({ host: '127.0.0.1', port, headers: { host: 'evil.example:80' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });
    expect(status).toBe(421);
  });

  it('shows a dashboard, and says in its place what it cannot show', async () => {
    const shown = await (await fetch(`${server.url}api/dashboard?name=fleet`)).json();
    expect(shown).toHaveProperty('widgets.length', 2);
    expect(shown).toMatchObject({
      widgets: [
        { type: 'custom', title: 'Services', endpoint: widgetArn },
        {
          type: 'problem',
          title: 'Unheard of',
          text: 'a widget of the type explorer is not known to the embedded region',
        },
      ],
    });
    expect((await fetch(`${server.url}api/dashboard?name=other`)).status).toBe(404);
  });

  it('calls the function of a widget as the console does', async () => {
    invoked.length = 0;
    const answer = await post({
      endpoint: widgetArn,
      params: { hours: 3 },
      theme: 'dark',
      width: 900,
      fromMs: 1,
      toMs: 2,
    });
    expect(await answer.text()).toBe('<b>services</b>');
    expect(invoked).toEqual([
      [
        widgetArn,
        {
          hours: 3,
          widgetContext: {
            theme: 'dark',
            width: 900,
            timezone: { label: 'UTC', offsetISO: '+00:00', offsetInMinutes: 0 },
            timeRange: { mode: 'absolute', start: 1, end: 2 },
            params: { hours: 3 },
          },
        },
      ],
    ]);
  });

  it.each([
    ['another function', { endpoint: widgetArn.replace('show-services', 'decide') }, 'application/json'],
    ['what a form of another site could send', { endpoint: widgetArn }, 'text/plain'],
    ['what is longer than any request', { endpoint: widgetArn, params: 'x'.repeat(200_000) }, 'application/json'],
  ])('does not call for %s', async (_what, body, type) => {
    invoked.length = 0;
    expect((await post(body, type)).status).toBe(500);
    expect(invoked).toEqual([]);
  });
});
