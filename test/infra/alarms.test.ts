import { describe, expect, it } from 'vitest';
import { metricAlarms } from '../../infra/alarms.ts';
import { compositeAlarms } from '../../infra/composite-alarms.ts';
import { type Datapoints, evaluated, every, resolved } from './alarm-evaluation.ts';
import { publishedKeys } from './emitted-dimensions.ts';
import { propertiesOf, resourcesOf, template } from './packaged.ts';

const alarms = resourcesOf('AWS::CloudWatch::Alarm');
const composites = resourcesOf('AWS::CloudWatch::CompositeAlarm');
const all = [...alarms, ...composites].map(([logicalId]) => logicalId);
const published = await publishedKeys();

const dimensionsOf = (logicalId: string): Record<string, unknown> => {
  const { Dimensions } = propertiesOf(logicalId);
  if (!Array.isArray(Dimensions)) return {};
  return Object.fromEntries(Dimensions.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, Value]));
};

const descriptionOf = (logicalId: string) => String(resolved.properties(logicalId).AlarmDescription);

/** The alarms that notify a topic of the stack, by the topic. */
const notifying = (topic: string) => all.filter((id) => JSON.stringify(propertiesOf(id).AlarmActions).includes(topic));

describe('alarms of the packaged stack', () => {
  it('are these', () => {
    expect(all.filter((id) => !/(ErrorsAlarm|QueueAlarm)$/.test(id)).sort()).toEqual([
      'BallastUnhealthyAlarm',
      'BridgeAtCapAlarm',
      'BridgeOpenAlarm',
      'BudgetExhaustedAlarm',
      'CheckpointsExpiredAlarm',
      'DeploymentWaitingAlarm',
      'LateNoticesAlarm',
      'NoticePathBrokenAlarm',
      'OnDemandShortageAlarm',
      'OrphanedBridgeAlarm',
      'PolicyInvalidAlarm',
      'ProductionDeploymentFailedAlarm',
      'ReconcileHeartbeatAlarm',
      'ServiceBelowDesiredAlarm',
      'StrategyRestoredAgainAlarm',
      'StrategyShiftedAlarm',
      'UnclassifiedStopsAlarm',
    ]);
  });

  it.each(all)('%s says what it means, when it rings, how to look closer and where to read on', (logicalId) => {
    const description = descriptionOf(logicalId);
    expect(description).toMatch(/^.+\.\nCondition: .+\.\nLook closer: aws .+\nRunbook: docs\/runbook\.md#[a-z-]+$/);
    expect(description).not.toContain(`\${`);
    expect(description.length).toBeLessThanOrEqual(1024);
  });

  it.each(alarms.map(([logicalId]) => logicalId))('%s has a threshold and a way with missing data', (logicalId) => {
    const { Threshold, TreatMissingData, Period, EvaluationPeriods } = propertiesOf(logicalId);
    expect(typeof Threshold).toBe('number');
    expect(['breaching', 'notBreaching']).toContain(TreatMissingData);
    expect(Number(Period) % 60).toBe(0);
    // AWS: an alarm looks back a day at most where its period is shorter than an hour, else a week.
    expect(Number(Period) * Number(EvaluationPeriods)).toBeLessThanOrEqual(86_400);
  });

  it('watch metrics of ours with the dimensions that they are published with', () => {
    const watched = alarms
      .filter(([, { Properties }]) => Properties.Namespace === 'Ballast')
      .map(
        ([logicalId, { Properties }]) =>
          `Ballast/${String(Properties.MetricName)}{${Object.keys(dimensionsOf(logicalId)).sort().join(',')}}`,
      );
    expect(watched).toHaveLength(15);
    expect(watched.filter((metric) => !published.has(metric))).toEqual([]);
  });

  it('search nothing and compute nothing: CloudWatch allows no SEARCH in an alarm', () => {
    expect(alarms.filter(([, { Properties }]) => 'Metrics' in Properties)).toEqual([]);
  });

  it('page where customers feel it', () => {
    expect(notifying('PageTopic').sort()).toEqual([
      'NoticePathBrokenAlarm',
      'OnDemandShortageAlarm',
      'ProductionDeploymentFailedAlarm',
      'ServiceBelowDesiredAlarm',
    ]);
  });

  it('make a ticket of the rest, and leave functions and queues to the composite ones', () => {
    expect(notifying('TicketTopic').sort()).toEqual([
      'BallastUnhealthyAlarm',
      'BridgeAtCapAlarm',
      'BridgeOpenAlarm',
      'BudgetExhaustedAlarm',
      'CheckpointsExpiredAlarm',
      'DeploymentWaitingAlarm',
      'LateNoticesAlarm',
      'OrphanedBridgeAlarm',
      'PolicyInvalidAlarm',
      'StrategyRestoredAgainAlarm',
      'StrategyShiftedAlarm',
      'UnclassifiedStopsAlarm',
    ]);
    const silent = all.filter((id) => JSON.stringify(propertiesOf(id).AlarmActions) === '[]');
    expect(silent.every((id) => compositeAlarms.BallastUnhealthyAlarm?.anyOf.includes(id))).toBe(true);
  });

  it('tell nobody until somebody subscribes', () => {
    const subscriptions = resourcesOf('AWS::SNS::Topic').map(([, { Properties }]) => Properties.Subscription);
    expect(subscriptions).toEqual([[], []]);
  });

  it('watch every dead-letter queue and the undelivered events', () => {
    const watched = alarms
      .filter(([, { Properties }]) => Properties.MetricName === 'ApproximateNumberOfMessagesVisible')
      .map(([logicalId]) => JSON.stringify(dimensionsOf(logicalId).QueueName));
    const expected = Object.keys(template.Resources)
      .filter((logicalId) => /(DeadLetterQueue|^UndeliveredEventsQueue)$/.test(logicalId))
      .map((logicalId) => JSON.stringify({ 'Fn::GetAtt': [logicalId, 'QueueName'] }));
    expect(watched).toHaveLength(11);
    expect(watched.sort()).toEqual(expected.sort());
  });

  it('watch the errors of every function but that of the widget: whoever looks sees them', () => {
    const watched = alarms
      .filter(([, { Properties }]) => Properties.Namespace === 'AWS/Lambda' && Properties.MetricName === 'Errors')
      .map(([logicalId]) => JSON.stringify(dimensionsOf(logicalId).FunctionName));
    const functions = resourcesOf('AWS::Lambda::Function')
      .map(([logicalId]) => logicalId)
      .filter((logicalId) => logicalId !== 'ShowServicesLambdaFunction')
      .map((logicalId) => JSON.stringify({ Ref: logicalId }));
    expect(watched.sort()).toEqual(functions.sort());
  });
});

/** Values by minute, and when the alarm changes by them. Where values end, data is missing. */
const scripts: readonly (readonly [alarm: string, values: Datapoints, states: readonly string[], minutes: number])[] = [
  ['ServiceBelowDesiredAlarm', { 3: 180, 4: 240, 5: 300, 6: 360 }, ['ALARM 7', 'OK 10'], 30],
  ['OnDemandShortageAlarm', { 2: 1 }, ['ALARM 3', 'OK 8'], 30],
  ['BridgeAtCapAlarm', { 0: 1, 1: 1, 2: 2, 20: 1, 21: 1 }, ['ALARM 3', 'OK 6'], 40],
  ['BudgetExhaustedAlarm', { 0: 1, 2: 1, 4: 1 }, ['ALARM 5', 'OK 6'], 30],
  ['BridgeOpenAlarm', { 0: 21_600, 1: 21_660 }, ['ALARM 2', 'OK 12'], 30],
  ['StrategyShiftedAlarm', { 0: 86_400, 15: 87_300 }, ['ALARM 16', 'OK 46'], 60],
  ['StrategyRestoredAgainAlarm', { 0: 1 }, ['ALARM 1', 'OK 1441'], 1_500],
  ['DeploymentWaitingAlarm', every(0, 14, 1), ['ALARM 11', 'OK 20'], 40],
  ['ProductionDeploymentFailedAlarm', { 0: 1 }, ['ALARM 1', 'OK 6'], 30],
  ['PolicyInvalidAlarm', { 0: 1 }, ['ALARM 1', 'OK 16'], 30],
  ['LateNoticesAlarm', { 0: 0, 1: 1 }, ['ALARM 2', 'OK 7'], 30],
  ['CheckpointsExpiredAlarm', { 0: 1 }, ['ALARM 1', 'OK 6'], 30],
  ['UnclassifiedStopsAlarm', { 0: 1 }, ['ALARM 1', 'OK 6'], 30],
  ['OrphanedBridgeAlarm', { ...every(0, 29, 1), ...every(30, 40, 0) }, ['ALARM 26', 'OK 35'], 60],
  ['ReconcileHeartbeatAlarm', { ...every(-10, 9, 1), ...every(20, 40, 1) }, ['ALARM 15', 'OK 21'], 40],
  ...all
    .filter((id) => id.endsWith('ErrorsAlarm'))
    .map((id) => [id, { 0: 3, 1: 3, 10: 3, 20: 2, 21: 2 }, ['ALARM 2', 'OK 4'], 30] as const),
  ...all
    .filter((id) => id.endsWith('QueueAlarm'))
    .map((id) => [id, { 0: 1, 1: 1, 2: 0 }, ['ALARM 1', 'OK 3'], 30] as const),
];

describe('when alarms ring', () => {
  it.each(scripts)('%s by %j: %j', (alarm, values, states, minutes) => {
    expect(evaluated({ [alarm]: values }, alarm, minutes)).toEqual(states);
  });

  it('is written down for each', () => {
    expect(scripts.map(([alarm]) => alarm).sort()).toEqual(Object.keys(metricAlarms).sort());
  });

  const alive = { ReconcileHeartbeatAlarm: every(-10, 40, 1) };

  it.each(Object.keys(compositeAlarms))('%s rings while any of its children does', (composite) => {
    for (const child of compositeAlarms[composite]?.anyOf ?? []) {
      const script = scripts.find(([alarm]) => alarm === child);
      const values = { ...alive, [child]: script?.[1] ?? {} };
      expect([child, ...evaluated(values, composite, 40)]).toEqual([child, ...(script?.[2] ?? [])]);
    }
    expect(evaluated(alive, composite, 40)).toEqual([]);
  });

  it('is once where several children ring at the same time', () => {
    const values = { ...alive, DecideErrorsAlarm: { 0: 3, 1: 3 }, DecisionsDeadLetterQueueAlarm: { 1: 5, 2: 5, 3: 5 } };
    expect(evaluated(values, 'NoticePathBrokenAlarm', 40)).toEqual(['ALARM 2', 'OK 5']);
  });
});
