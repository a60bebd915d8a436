import { ruleHolds } from '../region/alarm-rule.ts';
import type { CompositeAlarm, MetricAlarm } from '../region/alarms.ts';
import { chartOf } from './chart.ts';
import type { ShownAlarm, ShownAlarms } from './shown.ts';
import type { DashboardSource } from './source.ts';

const chartMs = 3 * 3_600_000;

/** Every alarm of the stack, those that ring first, each metric alarm with its metric and its threshold. */
export function shownAlarms(source: DashboardSource): ShownAlarms {
  const { alarms } = source;
  const all = [
    ...alarms.composites.map((alarm) => shownComposite(source, alarm)),
    ...alarms.watched.map((alarm) => ({ ...shownMetric(source, alarm), chart: chartOfAlarm(source, alarm) })),
  ];
  const rank = ({ state, sinceMs }: ShownAlarm) => (state === 'ALARM' ? 0 : sinceMs !== undefined ? 1 : 2);
  return {
    nowMs: source.nowMs(),
    alarms: [...all].sort((left, right) => rank(left) - rank(right)),
    changes: source.alarmChanges
      .map(({ alarm, state, atMs }) => ({ atMs, state, name: nameOf(source, alarm) }))
      .reverse()
      .slice(0, 200),
  };
}

/** @param arn as an alarm widget names it. */
export function shownAlarm(source: DashboardSource, arn: string): ShownAlarm {
  const name = arn.slice(arn.lastIndexOf(':') + 1);
  const metric = source.alarms.watched.find(({ alarmName }) => alarmName === name);
  if (metric !== undefined) return shownMetric(source, metric);
  const composite = source.alarms.composites.find(({ alarmName }) => alarmName === name);
  if (composite === undefined) throw new Error(`alarm widget: the stack has no alarm ${arn}`);
  return shownComposite(source, composite);
}

function shownMetric(source: DashboardSource, alarm: MetricAlarm): ShownAlarm {
  return { ...described(source, alarm), kind: 'metric' };
}

function shownComposite(source: DashboardSource, alarm: CompositeAlarm): ShownAlarm {
  const named = new Set<string>();
  ruleHolds(alarm.rule, (id) => {
    named.add(id);
    return 'OK';
  });
  const ringing = [...named].filter((id) => source.alarms.states.get(id) === 'ALARM');
  return { ...described(source, alarm), kind: 'composite', ringing: ringing.map((id) => nameOf(source, id)) };
}

function described({ alarms }: DashboardSource, { id, alarmName, description }: MetricAlarm | CompositeAlarm) {
  const [meaning = '', ...lines] = description.split('\n');
  const sinceMs = alarms.sinceMs.get(id);
  return {
    id,
    name: alarmName,
    state: alarms.states.get(id) ?? 'OK',
    ...(sinceMs === undefined ? {} : { sinceMs }),
    meaning,
    condition: lines.find((line) => line.startsWith('Condition: '))?.slice('Condition: '.length) ?? '',
  } as const;
}

function chartOfAlarm(source: DashboardSource, alarm: MetricAlarm) {
  const toMs = source.nowMs();
  const { namespace, name, dimensions, statistic, threshold, periodMs } = alarm;
  return chartOf(
    source.metrics,
    {
      title: `${statistic} of ${name}`,
      period: periodMs / 1_000,
      metrics: [[namespace, name, ...Object.entries(dimensions).flat(), { label: name, stat: statistic }]],
      yAxis: { left: { min: 0 } },
      annotations: { horizontal: [{ label: 'threshold', value: threshold }] },
    },
    { fromMs: Math.max(source.bornMs, toMs - Math.max(chartMs, alarm.periods * periodMs)), toMs },
  );
}

function nameOf({ alarms }: DashboardSource, id: string): string {
  return [...alarms.watched, ...alarms.composites].find((alarm) => alarm.id === id)?.alarmName ?? id;
}
