import { describe, expect, it } from 'vitest';
import { servicePolicy } from '../../../shared/policy/policy.ts';
import { elementsOf } from '../../builders/parsed-html.ts';
import { aBridge, aService, nowMs, stackPolicy } from '../../builders/service-facts.ts';
import {
  acting,
  aHistory,
  aRecord,
  drawn,
  factsOf,
  figuresOf,
  functionArn,
  minute,
  resized,
  serviceFactsOf,
  widgetFacts,
} from '../../builders/widget.ts';

const textOf = (html: string) => elementsOf(html)[0]?.text ?? '';
const bridged = serviceFactsOf({
  described: { primary: aService({ runningCount: 6 }), bridge: aBridge({ desiredCount: 4, runningCount: 3 }) },
  newest: aRecord({ reason: 'bridge_grown', explanation: '4 of 10 are missing', count: 1, lastMs: nowMs - 40_000 }),
  history: aHistory({ decisions: [resized(0, 4, nowMs - 30 * minute)] }),
});

describe('the table of services', () => {
  it('says how a service is, how it is treated, and what was decided last and why', () => {
    const cells = elementsOf(drawn(widgetFacts({ services: [bridged] })))
      .filter(({ name }) => name === 'td')
      .map(({ text }) => text);
    expect(cells).toEqual([
      'web shopactbridge',
      '9 of 10: 6 Spot, 3 bridge, 1 missing9 of 10: 6 Spot, 3 bridge1 missing',
      'bridge_grown 40 s ago4 of 10 are missing',
      `details{"cluster":"shop","service":"web"}`,
    ]);
  });

  it('draws the tasks to scale: Spot, bridge, and an outline for what is missing', () => {
    const [bar] = elementsOf(drawn(widgetFacts({ services: [bridged] }))).filter(({ name }) => name === 'svg');
    expect(bar?.attributes['aria-label']).toBe('9 of 10: 6 Spot, 3 bridge, 1 missing');
    const rects = elementsOf(drawn(widgetFacts({ services: [{ ...bridged, history: aHistory() }] })))
      .filter(({ name }) => name === 'rect')
      .slice(0, 3)
      .map(({ attributes: { x, width, fill } }) => [Number(x), Number(width), fill]);
    expect(rects).toEqual([
      [1, 99.6, '#0072b2'],
      [100.6, 49.8, '#e69f00'],
      [150.4, 16.6, 'none'],
    ]);
  });

  it.each([
    ['observe', { policy: servicePolicy(stackPolicy, { 'ballast:managed': 'true' }) }],
    ['strategy', { policy: servicePolicy(stackPolicy, { ...acting, 'ballast:fallback': 'strategy' }) }],
    ['wrong tag', { policy: servicePolicy(stackPolicy, { ...acting, 'ballast:mode': 'go' }) }],
    ['paused', { paused: true }],
    ['nothing decided yet', { newest: undefined as never }],
  ])('shows a service’s %s', (text, changed) => {
    expect(textOf(drawn(widgetFacts({ services: [serviceFactsOf(changed)] })))).toContain(text);
  });

  it('names the tag that is wrong, and why', () => {
    const policy = servicePolicy(stackPolicy, { ...acting, 'ballast:priority': '11' });
    const titles = elementsOf(drawn(widgetFacts({ services: [serviceFactsOf({ policy })] }))).map(
      ({ attributes }) => attributes.title,
    );
    expect(titles.join()).toContain('ballast:priority: ');
  });

  it('tells how old the numbers are where ECS was not asked', () => {
    const newest = aRecord({ facts: factsOf({ running: 8 }) });
    const text = textOf(drawn(widgetFacts({ services: [serviceFactsOf({ newest })] })));
    expect(text).toContain('8 of 10: 8 Spot2 missingas decided 10 min ago');
  });

  it('leads to the service in the console, where it is known', () => {
    const domain = 'https://us-east-1.console.aws.amazon.com';
    const links = (html: string) => elementsOf(html).flatMap(({ attributes: { href } }) => href ?? []);
    expect(links(drawn(widgetFacts(), { domain }))).toEqual([
      'https://us-east-1.console.aws.amazon.com/ecs/v2/clusters/shop/services/web/health?region=us-east-1',
    ]);
    expect(links(drawn(widgetFacts()))).toEqual([]);
  });

  it('calls itself for the details of a service, by the element before', () => {
    const elements = elementsOf(drawn(widgetFacts()));
    const index = elements.findIndex(({ name }) => name === 'cwdb-action');
    expect(elements[index - 1]?.name).toBe('a');
    expect(elements[index]).toMatchObject({
      attributes: { action: 'call', display: 'popup', endpoint: functionArn },
      text: '{"cluster":"shop","service":"web"}',
    });
  });
});

describe('the headline', () => {
  it('sums up what is shown', () => {
    const usageToday = {
      tasks: 12,
      spotTaskSeconds: 1,
      onDemandTaskSeconds: 1,
      costNanoUsd: 1,
      savingNanoUsd: 3_214_000_000,
      bridgePremiumNanoUsd: 1,
    };
    const text = textOf(drawn(widgetFacts({ services: [bridged], usageToday })));
    expect(text).toContain(
      '1 service1 short6 tasks on Spot3 in bridges1 missing3.21 USD saved today by 12 tasks that stopped12:00:00 UTC',
    );
  });

  it('says nothing of money where it is not known', () => {
    expect(textOf(drawn(widgetFacts()))).not.toContain('USD');
  });

  it('says that everything is paused', () => {
    expect(textOf(drawn(widgetFacts({ pausedAll: true })))).toContain('Everything is paused by a person.');
  });

  it.each([
    [{ matching: 80, lookedAt: 80 }, 'The 1 most urgent of 80. The parameter cluster narrows it down.'],
    [
      { matching: 1_200, lookedAt: 1_000 },
      'The 1 most urgent of 1200, of the 1000 that were looked at. The parameter cluster narrows it down.',
    ],
  ])('says what is left out: %j', (changed, text) => {
    expect(textOf(drawn(widgetFacts(changed)))).toContain(text);
  });

  it('says that ECS gave no answer', () => {
    expect(textOf(drawn(widgetFacts({ ecsFailed: true })))).toContain('ECS gave no answer');
  });

  it('says that nothing fits', () => {
    expect(textOf(drawn(widgetFacts({ services: [] })))).toContain('No enrolled service fits.');
  });
});

describe('the timeline of many', () => {
  const marks = (html: string) =>
    elementsOf(html).filter(({ name, attributes }) => name === 'g' && attributes.role === 'img');

  it('has a lane for each service whose history was read, and a mark for each thing that happened', () => {
    const html = drawn(widgetFacts({ services: [bridged, serviceFactsOf({ name: 'calm' })] }), { width: 1_000 });
    const lanes = elementsOf(html).filter(({ name, attributes }) => name === 'g' && attributes.role === 'group');
    expect(lanes.map(({ attributes }) => attributes['aria-label'])).toEqual(['web in shop']);
    expect(marks(html).map(({ attributes }) => attributes['aria-label'])).toEqual([
      '1 Mar 11:30:00 bridge grown from 0 to 4: bridge 0 → 4',
    ]);
  });

  it('says on hover what it says aloud', () => {
    const elements = elementsOf(drawn(widgetFacts({ services: [bridged] })));
    const index = elements.findIndex(({ name, attributes }) => name === 'g' && attributes.role === 'img');
    expect(elements[index + 1]).toMatchObject({ name: 'title', text: elements[index]?.attributes['aria-label'] });
  });

  it('makes one mark of those of a kind that would lie on each other, with how many tasks they are', () => {
    const decisions = [resized(2, 1, nowMs - 20 * minute + 11_000), resized(4, 2, nowMs - 20 * minute)];
    const service = { ...bridged, history: aHistory({ decisions }) };
    const found = marks(drawn(widgetFacts({ services: [service] })));
    expect(found.map(({ attributes }) => attributes['aria-label'])).toEqual([
      '1 Mar 11:40:00 bridge returned from 4 to 2: bridge 4 → 2\n1 Mar 11:40:11 bridge returned from 2 to 1: bridge 2 → 1',
    ]);
    expect(found[0]?.text.endsWith('3')).toBe(true);
  });

  it('draws a line for as long as something was in the way, and none for what was done', () => {
    const linesIn = (decisions: ReturnType<typeof aRecord>[]) => {
      const html = drawn(widgetFacts({ services: [{ ...bridged, history: aHistory({ decisions }) }] }), { width: 540 });
      return elementsOf(html)
        .filter(({ name, attributes }) => name === 'line' && attributes.x1 === '0' && attributes.y1 === '0')
        .map(({ attributes }) => attributes.x2);
    };
    const atCap = { reason: 'bridge_at_cap', sinceMs: nowMs - 90 * minute, lastMs: nowMs - 60 * minute } as const;
    // Half an hour of three, of 349 pixels.
    expect(linesIn([aRecord(atCap)])).toEqual(['58.2']);
    expect(linesIn([resized(2, 1, nowMs - 18 * minute), resized(4, 2, nowMs - 25 * minute)])).toEqual([]);
  });

  it('draws hollow what was only planned', () => {
    const decisions = [resized(0, 4, nowMs - 30 * minute, 'observed')];
    const html = drawn(widgetFacts({ services: [{ ...bridged, history: aHistory({ decisions }) }] }));
    const [mark] = elementsOf(marks(html).length === 1 ? html : '').filter(
      ({ name, attributes }) => name === 'path' && attributes['stroke-dasharray'] !== undefined,
    );
    expect(mark?.attributes).toMatchObject({ fill: '#ffffff', stroke: '#16191f' });
  });

  it('has the clock of the viewer', () => {
    const html = drawn(widgetFacts({ services: [bridged] }), { timezone: { label: 'Local', offsetISO: '-08:00' } });
    expect(textOf(html)).toContain('UTC-08:00');
    expect(textOf(html)).toContain('1 Mar 03:30:00 bridge grown');
  });
});

describe('one service', () => {
  const decisions = [
    aRecord({ sinceMs: nowMs - 5 * minute, figures: figuresOf(), explanation: 'first line\nsecond line' }),
    resized(0, 4, nowMs - 30 * minute),
  ];
  const one = widgetFacts({ single: true, services: [{ ...bridged, history: aHistory({ decisions, cut: true }) }] });

  it('has a lane for each kind, and its decisions below', () => {
    const text = textOf(drawn(one));
    for (const lane of ['Tasks', 'Spot', 'Bridge', 'Strategy', 'Deployments', 'In the way'])
      expect(text).toContain(lane);
    const cells = elementsOf(drawn(one)).filter(({ name }) => name === 'td');
    expect(cells.map((cell) => cell.text)).toEqual([
      '1 Mar 11:55:009 times in 4 min',
      'steady',
      'first line\nsecond line',
      '1 Mar 11:30:00',
      'bridge_grown',
      'bridge 0 → 4',
    ]);
  });

  it('says that there was more', () => {
    expect(textOf(drawn(one))).toContain('There were more decisions before the first that is shown.');
  });

  it('draws the tasks as areas: own, bridge, missing', () => {
    const areas = elementsOf(drawn(one, { width: 540 })).filter(
      ({ name, attributes }) => name === 'path' && attributes['fill-opacity'] !== undefined,
    );
    expect(areas.map(({ attributes }) => [attributes.fill, attributes.d])).toEqual([
      ['#0072b2', 'M412.3 64.8H463.7V132H412.3ZM463.7 20H474V132H463.7Z'],
      ['#e69f00', 'M412.3 20H463.7V64.8H412.3Z'],
      ['#d55e00', ''],
    ]);
  });
});

describe('themes', () => {
  it('put their own paper under everything, and their own ink on it', () => {
    const root = (theme: string) => elementsOf(drawn(widgetFacts(), { theme }))[0]?.attributes.style;
    expect(root('light')).toContain('background:#ffffff;color:#16191f');
    expect(root('dark')).toContain('background:#161d26;color:#f2f3f3');
  });
});

describe('what CloudWatch takes out or would understand otherwise', () => {
  it('is not there: scripts, frames, references, its own classes, ids', () => {
    const html =
      drawn(widgetFacts({ services: [bridged] })) + drawn(widgetFacts({ single: true, services: [bridged] }));
    expect([...new Set(elementsOf(html).map(({ name }) => name))].sort()).toEqual([
      'a',
      'b',
      'cwdb-action',
      'div',
      'g',
      'line',
      'path',
      'rect',
      'span',
      'svg',
      'table',
      'tbody',
      'td',
      'text',
      'th',
      'thead',
      'title',
      'tr',
      'wbr',
    ]);
    const attributes = new Set(elementsOf(html).flatMap((element) => Object.keys(element.attributes)));
    expect([...attributes].filter((name) => name.startsWith('on') || ['class', 'id'].includes(name))).toEqual([]);
  });

  it('stays small: fifty services with long explanations', () => {
    const services = Array.from({ length: 50 }, (_, index) => ({
      ...bridged,
      name: `service-${index}`,
      newest: aRecord({ explanation: 'because of Spot '.repeat(60) }),
    }));
    expect(drawn(widgetFacts({ services })).length).toBeLessThan(350_000);
  });
});
