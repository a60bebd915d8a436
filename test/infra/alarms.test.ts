import { describe, expect, it } from 'vitest';
import { emittedMetrics, gauges } from './emitted-dimensions.ts';
import { propertiesOf, resourcesOf, template } from './packaged.ts';

const alarms = resourcesOf('AWS::CloudWatch::Alarm');

const dimensionsOf = (logicalId: string): Record<string, unknown> => {
  const { Dimensions } = propertiesOf(logicalId);
  if (!Array.isArray(Dimensions)) return {};
  return Object.fromEntries(Dimensions.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, Value]));
};

describe('alarms of the packaged stack', () => {
  it.each(alarms.map(([logicalId]) => logicalId))(
    '%s says what to do, its threshold and how it treats missing data',
    (logicalId) => {
      const { AlarmDescription, Threshold, TreatMissingData, Period } = propertiesOf(logicalId);
      expect(String(AlarmDescription)).toMatch(/[Cc]heck|[Rr]ead|say/);
      expect(String(AlarmDescription).length).toBeLessThanOrEqual(1024);
      expect(typeof Threshold).toBe('number');
      expect(['breaching', 'notBreaching']).toContain(TreatMissingData);
      expect(Number(Period) % 60).toBe(0);
    },
  );

  it('notifies nobody until actions are configured', () => {
    expect(alarms.filter(([, { Properties }]) => JSON.stringify(Properties.AlarmActions) !== '[]')).toEqual([]);
  });

  it('watches metrics of ours with the dimensions that they are published with', () => {
    const published = new Set([...emittedMetrics(), ...gauges]);
    const watched = alarms
      .filter(([, { Properties }]) => Properties.Namespace === 'Ballast')
      .map(
        ([logicalId, { Properties }]) =>
          `Ballast/${String(Properties.MetricName)}{${Object.keys(dimensionsOf(logicalId)).sort().join(',')}}`,
      );
    expect(watched).toHaveLength(3);
    expect(watched.filter((metric) => !published.has(metric))).toEqual([]);
  });

  it('rings at the first decision that finds on-demand short', () => {
    expect(propertiesOf('OnDemandShortageAlarm')).toMatchObject({
      Namespace: 'Ballast',
      Statistic: 'Sum',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    });
    expect(dimensionsOf('OnDemandShortageAlarm')).toEqual({ Reason: 'on_demand_shortage' });
  });

  it('rings for a day once somebody has put a stored original back for the second time within a day', () => {
    const properties = propertiesOf('StrategyRestoredAgainAlarm');
    expect(properties).toMatchObject({
      Namespace: 'Ballast',
      MetricName: 'Decisions',
      Statistic: 'Sum',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      Period: 3600,
      EvaluationPeriods: 24,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    });
    expect(dimensionsOf('StrategyRestoredAgainAlarm')).toEqual({ Reason: 'strategy_restored_externally_again' });
    expect(String(properties.AlarmDescription)).toContain('CloudTrail');
  });

  it('rings when reconcile has been silent for five minutes', () => {
    expect(propertiesOf('ReconcileHeartbeatAlarm')).toMatchObject({
      MetricName: 'ReconcileHeartbeat',
      Statistic: 'Sum',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      Period: 60,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 5,
      TreatMissingData: 'breaching',
    });
  });

  it('watches every dead-letter queue and the undelivered events', () => {
    const watched = alarms
      .filter(([, { Properties }]) => Properties.MetricName === 'ApproximateNumberOfMessagesVisible')
      .map(([logicalId]) => dimensionsOf(logicalId).QueueName);
    const expected = Object.keys(template.Resources)
      .filter((logicalId) => /(DeadLetterQueue|^UndeliveredEventsQueue)$/.test(logicalId))
      .map((logicalId) => ({ 'Fn::GetAtt': [logicalId, 'QueueName'] }));
    expect(watched).toHaveLength(10);
    expect(new Set(watched.map((queue) => JSON.stringify(queue)))).toEqual(
      new Set(expected.map((queue) => JSON.stringify(queue))),
    );
  });

  it('watches the errors of every function', () => {
    const watched = alarms
      .filter(([, { Properties }]) => Properties.Namespace === 'AWS/Lambda' && Properties.MetricName === 'Errors')
      .map(([logicalId]) => JSON.stringify(dimensionsOf(logicalId).FunctionName));
    const functions = resourcesOf('AWS::Lambda::Function').map(([logicalId]) => JSON.stringify({ Ref: logicalId }));
    expect(watched.sort()).toEqual(functions.sort());
  });
});
