import { type MetricName, metricNamespace, metricUnits } from '../shared/telemetry/metrics.ts';
import { type Intrinsic, type Resource, sub } from './cloudformation.ts';

/** `page`: customers feel it. `ticket`: the rest. `composite`: another alarm speaks for it. */
export type Notifies = 'page' | 'ticket' | 'composite';

export interface AlarmSpec {
  readonly name: string;
  /** Entry of docs/runbook.md, where the name is not one itself. */
  readonly entry?: string;
  /** What it means, for whoever it wakes. */
  readonly meaning: string;
  /** The exact command to look closer with; `${LogicalId}` stands for what Ref gives. */
  readonly look: string;
  readonly namespace: string;
  readonly metric: string;
  readonly unit: string;
  readonly dimensions?: Readonly<Record<string, string | Intrinsic>>;
  readonly statistic: 'Sum' | 'Maximum';
  readonly periodSeconds: number;
  /** M of N periods. */
  readonly datapoints: readonly [number, number];
  readonly comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  /** In `unit`. */
  readonly threshold: number;
  readonly missing: 'notBreaching' | 'breaching';
  readonly notifies: Notifies;
}

/** Namespace, name and unit of a metric of ours. */
export const own = (metric: MetricName) => ({ namespace: metricNamespace, metric, unit: metricUnits[metric] });

/** Filled in when the stack is packaged; every name begins with it. */
export const prefix = `\${self:custom.namePrefix}`;

/** The last hour of a function's log, by CloudWatch Logs' filter syntax. */
export function tailOf(functionName: string, filter: string, since = '1h'): string {
  return `aws logs tail /aws/lambda/${prefix}-${functionName} --since ${since} --filter-pattern '${filter}'`;
}

export function alarm(spec: AlarmSpec): Resource {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${prefix}-${spec.name}`,
      AlarmDescription: descriptionOf(spec.meaning, conditionOf(spec), spec.look, spec.entry ?? spec.name),
      Namespace: spec.namespace,
      MetricName: spec.metric,
      ...(spec.dimensions === undefined
        ? {}
        : { Dimensions: Object.entries(spec.dimensions).map(([Name, Value]) => ({ Name, Value })) }),
      Statistic: spec.statistic,
      Period: spec.periodSeconds,
      DatapointsToAlarm: spec.datapoints[0],
      EvaluationPeriods: spec.datapoints[1],
      Threshold: spec.threshold,
      ComparisonOperator: spec.comparison,
      TreatMissingData: spec.missing,
      ...actionsOf(spec.notifies),
    },
  };
}

/** Its end is told as well: who was woken wants to know. */
export function actionsOf(notifies: Notifies): Readonly<Record<'AlarmActions' | 'OKActions', string>> {
  const actions = `\${file(infra/alarm-actions.cjs):${notifies}}`;
  return { AlarmActions: actions, OKActions: actions };
}

export function descriptionOf(meaning: string, condition: string, look: string, entry: string): string | Intrinsic {
  const text = `${meaning}\nCondition: ${condition}.\nLook closer: ${look}\nRunbook: \${param:runbookUrl}#${entry}`;
  return /\$\{[A-Z]/.test(text) ? sub(text) : text;
}

function conditionOf({
  metric,
  statistic,
  comparison,
  threshold,
  unit,
  datapoints,
  periodSeconds,
  missing,
}: AlarmSpec) {
  const sign = comparison === 'GreaterThanThreshold' ? '>' : '<';
  const silence = missing === 'breaching' ? 'no data counts as that' : 'no data is good';
  const [needed, of] = datapoints;
  return `${statistic} of ${metric} ${sign} ${threshold} ${unit} in ${needed} of ${of} periods of ${periodSeconds} s, ${silence}`;
}
