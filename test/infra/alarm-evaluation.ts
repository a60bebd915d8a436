import { createAlarms } from '../../local/region/alarms.ts';
import { createMetricStore } from '../../local/region/metrics.ts';
import { createTemplate, type Template } from '../../local/region/template.ts';
import { template } from './packaged.ts';

const minuteMs = 60_000;
const startMs = Date.parse('2026-03-01T12:00:00Z');
/** Longer than any alarm looks back. */
const bornMs = startMs - 172_800_000;

/** The packaged template, with everything in it resolved. */
export const resolved: Template = createTemplate(template.Resources, {
  region: 'us-east-1',
  account: '111122223333',
  endpoint: 'https://sqs.us-east-1.amazonaws.com',
});

/** Minute → value; a minute that is not named has no data. */
export type Datapoints = Readonly<Record<number, number>>;

/**
 * What becomes of alarms when their metric has these values: `ALARM 6` is the state from the end of the sixth minute.
 * @param values by the logical id of the alarm whose metric has them.
 * @param watched whose states are told.
 */
export function evaluated(values: Readonly<Record<string, Datapoints>>, watched: string, minutes: number): string[] {
  let atMs = bornMs;
  const store = createMetricStore(() => atMs);
  for (const [alarm, datapoints] of Object.entries(values)) {
    const { Namespace, MetricName, Dimensions } = resolved.properties(alarm);
    for (const [minute, Value] of Object.entries(datapoints)) {
      const Timestamp = (startMs + Number(minute) * minuteMs) / 1000;
      store.putMetricData({ Namespace, MetricData: [{ MetricName, Dimensions, Value, Timestamp }] });
    }
  }
  const changes: string[] = [];
  const alarms = createAlarms(
    resolved,
    store,
    () => atMs,
    ({ alarm, state }) => {
      if (alarm === watched) changes.push(`${state} ${(atMs - startMs) / minuteMs}`);
    },
  );
  for (let minute = 0; minute <= minutes; minute += 1) {
    atMs = startMs + minute * minuteMs;
    alarms.evaluate();
  }
  return changes;
}

/** The same value in each minute from the first to the last. */
export function every(from: number, to: number, value: number): Datapoints {
  return Object.fromEntries(Array.from({ length: to - from + 1 }, (_, index) => [from + index, value]));
}
