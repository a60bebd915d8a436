import { type AlarmState, ruleHolds } from './alarm-rule.ts';
import type { MetricStore } from './metrics.ts';
import { statistic } from './statistics.ts';
import type { Template } from './template.ts';

export interface AlarmChange {
  /** Logical id. */
  readonly alarm: string;
  readonly state: AlarmState;
  readonly atMs: number;
  readonly description: string;
}

/** The template's alarms, those on metrics and the composite ones that look at them. */
export interface Alarms {
  /** Looks at every alarm; CloudWatch does so about once a minute. */
  evaluate(): void;
  readonly states: ReadonlyMap<string, AlarmState>;
  readonly watched: readonly MetricAlarm[];
  readonly composites: readonly CompositeAlarm[];
  /** Since when each is as it is; absent where it has never been otherwise. */
  readonly sinceMs: ReadonlyMap<string, number>;
}

interface Described {
  /** Logical id. */
  readonly id: string;
  /** As CloudWatch names it. */
  readonly alarmName: string;
  readonly description: string;
}

export interface CompositeAlarm extends Described {
  readonly rule: string;
}

export interface MetricAlarm extends Described {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
  readonly periodMs: number;
  readonly periods: number;
  readonly needed: number;
  readonly threshold: number;
  readonly comparison: string;
  readonly missing: string;
}

export function createAlarms(
  template: Template,
  metrics: MetricStore,
  nowMs: () => number,
  onChange: (change: AlarmChange) => void,
): Alarms {
  const alarms = template
    .idsOf('AWS::CloudWatch::Alarm')
    .map((id) => alarmOf(id, template.properties(id)))
    .filter(({ namespace }) => namespace !== '');
  const composites = template.idsOf('AWS::CloudWatch::CompositeAlarm').map((id) => {
    const { AlarmName: alarmName, AlarmRule: rule, AlarmDescription: description } = template.properties(id);
    return { id, alarmName: String(alarmName ?? id), rule: String(rule), description: String(description ?? '') };
  });
  const states = new Map<string, AlarmState>();
  const sinceMs = new Map<string, number>();
  const bornMs = nowMs();
  const stateOf = (id: string): AlarmState => states.get(id) ?? 'OK';
  const enter = ({ id, description }: { readonly id: string; readonly description: string }, state: AlarmState) => {
    if (state === stateOf(id)) return;
    states.set(id, state);
    sinceMs.set(id, nowMs());
    onChange({ alarm: id, state, atMs: nowMs(), description });
  };

  return {
    states,
    sinceMs,
    watched: alarms,
    composites,
    evaluate() {
      for (const alarm of alarms) {
        // A stack's first periods have no data yet: that alone is no alarm.
        if (alarm.missing !== 'notBreaching' && nowMs() - bornMs < alarm.periodMs * alarm.periods) continue;
        enter(alarm, stateBy(alarm, metrics, nowMs(), stateOf(alarm.id)));
      }
      // A rule names alarms as the template's Ref does, which is the logical id here.
      for (const composite of composites) enter(composite, ruleHolds(composite.rule, stateOf) ? 'ALARM' : 'OK');
    },
  };
}

function alarmOf(id: string, properties: Record<string, unknown>): MetricAlarm {
  const periods = Number(properties.EvaluationPeriods ?? 1);
  const dimensions = Array.isArray(properties.Dimensions) ? properties.Dimensions : [];
  return {
    id,
    alarmName: String(properties.AlarmName ?? id),
    description: String(properties.AlarmDescription ?? ''),
    namespace: String(properties.Namespace ?? ''),
    name: String(properties.MetricName ?? ''),
    dimensions: Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value])),
    statistic: String(properties.Statistic ?? 'Sum'),
    periodMs: Number(properties.Period ?? 60) * 1000,
    periods,
    needed: Number(properties.DatapointsToAlarm ?? periods),
    threshold: Number(properties.Threshold ?? 0),
    comparison: String(properties.ComparisonOperator ?? 'GreaterThanThreshold'),
    missing: String(properties.TreatMissingData ?? 'missing'),
  };
}

function stateBy(alarm: MetricAlarm, metrics: MetricStore, nowMs: number, before: AlarmState): AlarmState {
  const votes = Array.from({ length: alarm.periods }, (_, index) => {
    const toMs = nowMs - index * alarm.periodMs;
    const values = metrics.values({ ...alarm, fromMs: toMs - alarm.periodMs, toMs });
    return values.length === 0 ? undefined : breaches(alarm, statistic(alarm.statistic, values));
  });
  const counted = votes.map(
    (vote) => vote ?? (alarm.missing === 'breaching' ? true : alarm.missing === 'notBreaching' ? false : undefined),
  );
  if (counted.every((vote) => vote === undefined)) return alarm.missing === 'ignore' ? before : 'INSUFFICIENT_DATA';
  return counted.filter((vote) => vote === true).length >= alarm.needed ? 'ALARM' : 'OK';
}

function breaches({ comparison, threshold }: MetricAlarm, value: number): boolean {
  switch (comparison) {
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
    default:
      throw new Error(`comparison ${comparison} is not known to the embedded region`);
  }
}
