import { describe, expect, it } from 'vitest';
import { timeShown, widgetRequest } from '../../../functions/show-services/request.ts';
import { nowMs } from '../../builders/service-facts.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** As AWS's page on custom widgets shows it, with values of our own. */
const asDocumented = {
  cluster: 'shop',
  hours: 6,
  widgetContext: {
    dashboardName: 'ballast',
    widgetId: 'widget-16',
    domain: 'https://us-east-1.console.aws.amazon.com',
    accountId: '111122223333',
    locale: 'en',
    timezone: { label: 'Local', offsetISO: '+05:30', offsetInMinutes: -330 },
    period: 300,
    isAutoPeriod: true,
    timeRange: {
      mode: 'relative',
      start: nowMs - day,
      end: nowMs,
      relativeStart: 86_400_012,
      zoom: { start: nowMs - 2 * hour, end: nowMs - hour },
    },
    theme: 'dark',
    linkCharts: true,
    title: 'Services',
    forms: { all: {} },
    params: { cluster: 'shop', hours: 6 },
    width: 588,
    height: 369,
  },
};

describe('the event of a custom widget', () => {
  it('is read as AWS documents it', () => {
    expect(widgetRequest(asDocumented)).toEqual({
      describe: false,
      cluster: 'shop',
      hours: 6,
      viewer: {
        theme: 'dark',
        widthPx: 588,
        offsetMinutes: 330,
        zone: 'UTC+05:30',
        timeRange: { fromMs: nowMs - 2 * hour, toMs: nowMs - hour },
        consoleUrl: 'https://us-east-1.console.aws.amazon.com',
      },
      problems: [],
    });
  });

  it.each([
    undefined,
    null,
    'text',
    [],
    {},
    { widgetContext: null },
    { widgetContext: { timezone: 7, timeRange: [] } },
  ])('has defaults where nothing is told: %j', (event) => {
    expect(widgetRequest(event)).toEqual({
      describe: false,
      viewer: { theme: 'light', widthPx: 900, offsetMinutes: 0, zone: 'UTC' },
      problems: [],
    });
  });

  it('asks for documentation', () => {
    expect(widgetRequest({ describe: true }).describe).toBe(true);
  });

  it('takes parameters that only the context has', () => {
    expect(widgetRequest({ widgetContext: { params: { service: 'web' } } })).toMatchObject({ service: 'web' });
  });

  it('takes ARNs for names, and knows the cluster of a service by them', () => {
    const service = 'arn:aws:ecs:us-east-1:111122223333:service/shop/web';
    expect(widgetRequest({ service })).toMatchObject({ cluster: 'shop', service: 'web', problems: [] });
    expect(widgetRequest({ cluster: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop' })).toMatchObject({
      cluster: 'shop',
    });
    expect(widgetRequest({ service: 'arn:aws:ecs:us-east-1:111122223333:service/web' }).cluster).toBeUndefined();
  });

  it.each([
    [{ hours: '6' }, 6, []],
    [{ hours: '' }, undefined, []],
    [{ hours: 0.5 }, 0.5, []],
    [{ hours: 336 }, 336, []],
    [{ hours: 337 }, undefined, ['hours: expected a number above 0, 336 at most']],
    [{ hours: 0 }, undefined, ['hours: expected a number above 0, 336 at most']],
    [{ hours: 'many' }, undefined, ['hours: expected a number above 0, 336 at most']],
    [{ hours: {} }, undefined, ['hours: expected a number above 0, 336 at most']],
    [{ service: 7 }, undefined, ['service: expected text']],
  ])('says what is wrong with %j', (event, hours, problems) => {
    const request = widgetRequest(event);
    expect(request.hours).toBe(hours);
    expect(request.problems).toEqual(problems);
  });

  it.each([
    'javascript:alert(1)//.console.aws.amazon.com',
    'https://console.aws.amazon.com.example.com',
    'https://example.com/console.aws.amazon.com',
    'http://console.aws.amazon.com',
    7,
  ])('takes %j for no console of AWS’s', (domain) => {
    expect(widgetRequest({ widgetContext: { domain } }).viewer.consoleUrl).toBeUndefined();
  });

  it.each([
    'https://console.aws.amazon.com',
    'https://eu-central-1.console.aws.amazon.com',
    'https://us-gov-west-1.console.amazonaws-us-gov.com',
    'https://cn-north-1.console.amazonaws.cn',
  ])('takes %s for one', (domain) => {
    expect(widgetRequest({ widgetContext: { domain } }).viewer.consoleUrl).toBe(domain);
  });

  it.each([
    [1, 320],
    [5_000, 2_400],
    ['588', 900],
  ])('draws at a width that can be drawn: %j → %d', (width, expected) => {
    expect(widgetRequest({ widgetContext: { width } }).viewer.widthPx).toBe(expected);
  });
});

describe('the time of the timeline', () => {
  const shown = (event: object) => timeShown(widgetRequest(event), nowMs);
  const dashboard = (start: number, end: number) => ({ widgetContext: { timeRange: { start, end } } });

  it('is the last three hours where nothing is told', () => {
    expect(shown({})).toEqual({ fromMs: nowMs - 3 * hour, toMs: nowMs });
  });

  it('is that of the dashboard', () => {
    expect(shown(dashboard(nowMs - day, nowMs - hour))).toEqual({ fromMs: nowMs - day, toMs: nowMs - hour });
  });

  it('is as many hours as asked for, whatever the dashboard shows', () => {
    expect(shown({ hours: 1, ...dashboard(nowMs - day, nowMs) })).toEqual({ fromMs: nowMs - hour, toMs: nowMs });
  });

  it('ends now at the latest and begins where decisions are kept', () => {
    expect(shown(dashboard(nowMs - 90 * day, nowMs + hour))).toEqual({ fromMs: nowMs - 14 * day, toMs: nowMs });
  });

  it('is the default where the dashboard shows only what is not kept any more', () => {
    expect(shown(dashboard(nowMs - 90 * day, nowMs - 80 * day))).toEqual({ fromMs: nowMs - 3 * hour, toMs: nowMs });
  });
});
