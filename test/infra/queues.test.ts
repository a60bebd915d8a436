import { describe, expect, it } from 'vitest';
import { propertiesOf, resourcesOf } from './packaged.ts';

const families = [
  'SpotNotice',
  'TaskStateChange',
  'ServiceAction',
  'DeploymentStateChange',
  'CheckpointReport',
  'CheckpointHook',
  'Resume',
  'Diagnosis',
  'Wake',
  'Decisions',
];

const mappings = new Map(
  resourcesOf('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => [
    JSON.stringify(Properties.EventSourceArn),
    Properties,
  ]),
);

const getAtt = (logicalId: string, attribute: string) => ({ 'Fn::GetAtt': [logicalId, attribute] });

function mappingOf(family: string): Readonly<Record<string, unknown>> {
  const mapping = mappings.get(JSON.stringify(getAtt(`${family}Queue`, 'Arn')));
  if (mapping === undefined) throw new Error(`no function reads ${family}Queue`);
  return mapping;
}

function functionTimeoutSeconds(family: string): unknown {
  // The template's mapping names its function by Fn::GetAtt [logical id, Arn].
  const { 'Fn::GetAtt': target } = mappingOf(family).FunctionName as { 'Fn::GetAtt': [string, string] };
  return propertiesOf(target[0]).Timeout;
}

describe('queues of the packaged stack', () => {
  it('has a queue and a dead-letter queue per family, and one for undelivered events', () => {
    const expected = [
      ...families.flatMap((family) => [`${family}Queue`, `${family}DeadLetterQueue`]),
      'UndeliveredEventsQueue',
    ];
    expect(
      resourcesOf('AWS::SQS::Queue')
        .map(([logicalId]) => logicalId)
        .sort(),
    ).toEqual(expected.sort());
  });

  it('encrypts every queue', () => {
    expect(
      resourcesOf('AWS::SQS::Queue').filter(([, { Properties }]) => Properties.SqsManagedSseEnabled !== true),
    ).toEqual([]);
  });

  it.each(families)('moves what cannot be handled from %s to its dead-letter queue and keeps it 14 days', (family) => {
    expect(propertiesOf(`${family}Queue`).RedrivePolicy).toMatchObject({
      deadLetterTargetArn: getAtt(`${family}DeadLetterQueue`, 'Arn'),
    });
    expect(propertiesOf(`${family}DeadLetterQueue`).MessageRetentionPeriod).toBe(1_209_600);
  });

  it.each(['SpotNotice', 'Decisions'])(
    'tries %s again within the two minutes of a notice and never replays old ones',
    (family) => {
      const queue = propertiesOf(`${family}Queue`);
      expect(functionTimeoutSeconds(family)).toBe(10);
      expect(queue.VisibilityTimeout).toBe(15);
      expect(queue.RedrivePolicy).toMatchObject({ maxReceiveCount: 3 });
      expect(queue.MessageRetentionPeriod).toBe(300);
    },
  );

  it.each([
    ['TaskStateChange', 30, 180],
    ['ServiceAction', 30, 180],
    ['DeploymentStateChange', 30, 180],
    ['CheckpointReport', 30, 180],
    ['Resume', 30, 180],
    ['Wake', 60, 360],
  ])(
    'hides a message of %s for six times the function timeout of %d s',
    (family, timeoutSeconds, visibilitySeconds) => {
      expect(functionTimeoutSeconds(family)).toBe(timeoutSeconds);
      expect(propertiesOf(`${family}Queue`).VisibilityTimeout).toBe(visibilitySeconds);
      expect(propertiesOf(`${family}Queue`).RedrivePolicy).toMatchObject({ maxReceiveCount: 5 });
    },
  );

  it('lets a hook have its two minutes and calls none later', () => {
    const queue = propertiesOf('CheckpointHookQueue');
    expect(functionTimeoutSeconds('CheckpointHook')).toBe(130);
    expect(queue).toMatchObject({ VisibilityTimeout: 150, MessageRetentionPeriod: 300 });
    expect(queue.RedrivePolicy).toMatchObject({ maxReceiveCount: 2 });
  });

  it.each(['TaskStateChange', 'ServiceAction', 'DeploymentStateChange', 'CheckpointReport', 'Resume', 'Wake'])(
    'keeps messages of %s for four hours',
    (family) => {
      expect(propertiesOf(`${family}Queue`).MessageRetentionPeriod).toBe(14_400);
    },
  );

  it.each(['CheckpointHook', 'Resume'])('lets looks and hook calls in %s repeat and overlap', (family) => {
    expect(propertiesOf(`${family}Queue`).FifoQueue).toBeUndefined();
  });

  it('decides for one service at a time, a second after it was asked', () => {
    const queue = propertiesOf('DecisionsQueue');
    expect(queue).toMatchObject({
      FifoQueue: true,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      DelaySeconds: 1,
    });
    expect(queue.QueueName).toBe('ballast-dev-decisions.fifo');
    expect(propertiesOf('DecisionsDeadLetterQueue').QueueName).toBe('ballast-dev-decisions-dead-letters.fifo');
  });

  it.each(families)('lets %s report failures per message', (family) => {
    expect(mappingOf(family)).toMatchObject({ BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    expect(mappingOf(family).MaximumBatchingWindowInSeconds).toBeUndefined();
  });

  it.each([
    ['decisions', 'Decisions', 5],
    ['looks', 'Resume', 5],
    ['hook calls', 'CheckpointHook', 50],
  ])('bounds how many %s run at once, since they share the quotas of the account', (_what, family, concurrency) => {
    expect(mappingOf(family).ScalingConfig).toEqual({ MaximumConcurrency: concurrency });
  });
});

describe('who may send to the queues', () => {
  const policies = resourcesOf('AWS::SQS::QueuePolicy').map(([, { Properties }]) => Properties);

  it.each([
    ['SpotNoticeQueue', ['SpotNoticeRule']],
    ['TaskStateChangeQueue', ['TaskStateChangeRule']],
    ['ServiceActionQueue', ['ServiceActionRule']],
    ['DeploymentStateChangeQueue', ['DeploymentStateChangeRule']],
    ['CheckpointReportQueue', ['CheckpointReportRule']],
    [
      'UndeliveredEventsQueue',
      [
        'SpotNoticeRule',
        'TaskStateChangeRule',
        'ServiceActionRule',
        'DeploymentStateChangeRule',
        'CheckpointReportRule',
      ],
    ],
  ])('lets EventBridge send to %s on behalf of our rules only', (queue, rules) => {
    const sources = rules.map((rule) => getAtt(rule, 'Arn'));
    const [policy] = policies.filter(({ Queues }) => JSON.stringify(Queues) === JSON.stringify([{ Ref: queue }]));
    expect(policy?.PolicyDocument).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: getAtt(queue, 'Arn'),
          Condition: { ArnEquals: { 'aws:SourceArn': sources.length === 1 ? sources[0] : sources } },
        },
      ],
    });
  });

  it.each(['ResumeQueue', 'CheckpointHookQueue', 'WakeQueue', 'DecisionsQueue'])(
    'lets nobody but functions, by their roles, send to %s',
    (queue) => {
      expect(policies.filter((policy) => JSON.stringify(policy).includes(`"${queue}"`))).toEqual([]);
    },
  );

  it('names only rules that exist', () => {
    const named = policies.flatMap((policy) =>
      [...JSON.stringify(policy).matchAll(/"(\w+Rule)"/g)].map(([, rule]) => rule),
    );
    const rules = resourcesOf('AWS::Events::Rule').map(([logicalId]) => logicalId);
    expect(named).toHaveLength(10);
    expect(named.filter((rule) => rule === undefined || !rules.includes(rule))).toEqual([]);
  });
});
