import { describe, expect, it } from 'vitest';
import { parseBody } from '../../../local/dashboard/dashboard-body.ts';
import { shownVariables, withChoices } from '../../../local/dashboard/variables.ts';
import { createMetricStore } from '../../../local/region/metrics.ts';

const variable = {
  type: 'pattern',
  pattern: 'the-service',
  inputType: 'select',
  id: 'service',
  label: 'Service',
  visible: true,
  search: '{Ballast,ClusterName,ServiceName} MetricName="Mode"',
  populateFrom: 'ServiceName',
  defaultValue: '__FIRST',
};
const json = JSON.stringify({
  variables: [variable],
  widgets: [
    {
      type: 'metric',
      properties: { title: 'the-service', metrics: [['Ballast', 'Mode', 'ServiceName', 'the-service']] },
    },
  ],
});

function aStore(...services: string[]) {
  const store = createMetricStore(() => 0);
  for (const ServiceName of services) {
    const dimensions = { ClusterName: 'shop', ServiceName };
    store.add({ namespace: 'Ballast', name: 'Mode', dimensions, unit: 'None', value: 1, atMs: 0 });
  }
  return store;
}

const choose = (store: ReturnType<typeof aStore>, asked: Record<string, string> = {}) => {
  const shown = shownVariables(parseBody(json), store, asked);
  return { shown, body: withChoices(json, shown) };
};

describe('dashboard variables', () => {
  it('offer what the search finds, the first chosen', () => {
    expect(choose(aStore('web', 'cart', 'web')).shown).toEqual([
      { id: 'service', label: 'Service', options: ['cart', 'web'], chosen: 'cart' },
    ]);
  });

  it('replace every match of their pattern', () => {
    const { body } = choose(aStore('web', 'cart'), { service: 'web' });
    expect(body.widgets[0]?.properties).toEqual({ title: 'web', metrics: [['Ballast', 'Mode', 'ServiceName', 'web']] });
  });

  it('take nothing that is not on offer', () => {
    expect(choose(aStore('web'), { service: 'other' }).shown[0]?.chosen).toBe('web');
  });

  it('cannot end a text of the JSON, or mean more than they say', () => {
    const hostile = `"},{"type":"text"$&`;
    expect(choose(aStore(hostile)).body.widgets[0]?.properties.title).toBe(hostile);
  });

  it('leave the JSON as it is where nothing was found', () => {
    expect(choose(aStore()).body.widgets[0]?.properties.title).toBe('the-service');
  });
});
