import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compilePattern } from '../../local/event-pattern.ts';
import { root } from '../../scripts/root.ts';
import { aCheckpointReport, aNotice } from '../builders/events.ts';
import { template } from './packaged.ts';

interface FragmentResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const serverless = readFileSync(join(root, 'serverless.yml'), 'utf8');
const fragment = readFileSync(join(root, 'infra/webhook.yml'), 'utf8');
const tags = (names: readonly string[], resolve: (tag: string, value: string) => unknown) =>
  names.map((name) => ({ tag: `!${name}`, resolve: (value: string) => resolve(name, value) }));
const customTags = tags(['GetAtt', 'Ref', 'Sub'], (name, value) =>
  name === 'Ref' ? { Ref: value } : { [`Fn::${name}`]: name === 'GetAtt' ? value.split('.') : value },
);
// The shape is what these tests are about: a fragment without it fails them.
const { Resources: resources } = parse(fragment, { customTags }) as {
  readonly Resources: Readonly<Record<string, FragmentResource>>;
};

function propertiesOf(logicalId: string): Readonly<Record<string, unknown>> {
  const resource = resources[logicalId];
  if (resource === undefined) throw new Error(`the fragment has no ${logicalId}`);
  return resource.Properties;
}

/** Logical ids that a value refers to, at any depth. */
function referredTo(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { Ref: ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: readonly string[] };
  if (ref !== undefined) return [ref];
  if (attribute !== undefined) return [attribute[0] ?? ''];
  return Object.values(value).flatMap(referredTo);
}

const getAtt = (logicalId: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [logicalId, attribute] });

describe('the webhook', () => {
  it('is not part of the stack until a line of serverless.yml is uncommented', () => {
    expect(Object.keys(resources).filter((logicalId) => logicalId in template.Resources)).toEqual([]);
    const { resources: included } = parse(serverless.replace(/# (- \${file\(infra\/webhook\.yml\)})/, '$1'), {
      customTags,
    }) as { resources: string[] };
    expect(included).toContain(`\${file(infra/webhook.yml)}`);
    expect(serverless).not.toMatch(/^ *- \${file\(infra\/webhook\.yml\)}/m);
  });

  it('refers only to what it has, what the stack has and the parameters that serverless.yml tells of', () => {
    const known = [...Object.keys(resources), ...Object.keys(template.Resources), 'AWS::AccountId'];
    const referred = Object.values(resources).flatMap(({ Properties }) => referredTo(Properties));
    expect(referred.length).toBeGreaterThan(8);
    expect(referred.filter((logicalId) => !known.includes(logicalId))).toEqual([]);
    const parameters = [...fragment.matchAll(/\${param:(\w+)/g)].map(([, name]) => name ?? '');
    expect([...new Set(parameters)].sort()).toEqual([
      'alarmActions',
      'busName',
      'webhookHeader',
      'webhookSecret',
      'webhookUrl',
    ]);
    expect(parameters.filter((name) => !new RegExp(`^ {4}(# )?${name}:`, 'm').test(serverless))).toEqual([]);
  });

  it('takes what it proves itself by from Secrets Manager when it is deployed', () => {
    const { AuthorizationType, AuthParameters } = propertiesOf('WebhookConnection');
    expect(AuthorizationType).toBe('API_KEY');
    expect(AuthParameters).toEqual({
      ApiKeyAuthParameters: {
        ApiKeyName: `\${param:webhookHeader, 'Authorization'}`,
        ApiKeyValue: `{{resolve:secretsmanager:\${param:webhookSecret}}}`,
      },
    });
  });

  it('posts to the endpoint through the connection', () => {
    expect(propertiesOf('WebhookDestination')).toMatchObject({
      ConnectionArn: getAtt('WebhookConnection'),
      HttpMethod: 'POST',
      InvocationEndpoint: `\${param:webhookUrl}`,
    });
  });

  it('delivers the whole event, for two minutes at most, and keeps what it cannot deliver', () => {
    expect(propertiesOf('WebhookRule').Targets).toEqual([
      {
        Id: 'webhook',
        Arn: getAtt('WebhookDestination'),
        RoleArn: getAtt('WebhookRole'),
        DeadLetterConfig: { Arn: getAtt('WebhookDeadLetterQueue') },
        RetryPolicy: { MaximumEventAgeInSeconds: 120 },
      },
    ]);
    expect(propertiesOf('WebhookDeadLetterQueue')).toMatchObject({
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 1_209_600,
    });
    expect(propertiesOf('WebhookDeadLetterQueueAlarm')).toMatchObject({
      Dimensions: [{ Name: 'QueueName', Value: getAtt('WebhookDeadLetterQueue', 'QueueName') }],
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  it('has a dead-letter queue to which its rule alone may send, and leaves the policies of the stack alone', () => {
    const queuePolicies = Object.values(resources).filter(({ Type }) => Type === 'AWS::SQS::QueuePolicy');
    expect(queuePolicies.map(({ Properties }) => Properties.Queues)).toEqual([[{ Ref: 'WebhookDeadLetterQueue' }]]);
    expect(propertiesOf('WebhookDeadLetterQueuePolicy').PolicyDocument).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: getAtt('WebhookDeadLetterQueue'),
          Condition: { ArnEquals: { 'aws:SourceArn': getAtt('WebhookRule') } },
        },
      ],
    });
  });

  it('has a role that rules of this bus may assume and that invokes this destination only', () => {
    const { AssumeRolePolicyDocument, Policies } = propertiesOf('WebhookRole');
    expect(AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            ArnLike: {
              'aws:SourceArn': {
                'Fn::Sub': ['AWS::Partition', 'AWS::Region', 'AWS::AccountId'].reduce(
                  (text, name) => text.replace('~', `\${${name}}`),
                  `arn:~:events:~:~:rule/\${param:busName}/*`,
                ),
              },
            },
          },
        },
      ],
    });
    expect(Policies).toMatchObject([
      {
        PolicyDocument: {
          Statement: [
            { Effect: 'Allow', Action: ['events:InvokeApiDestination'], Resource: getAtt('WebhookDestination') },
          ],
        },
      },
    ]);
  });
});

describe('what the webhook is told', () => {
  const { EventBusName, EventPattern } = propertiesOf('WebhookRule');
  const matches = compilePattern(EventPattern);

  it('listens on our bus', () => {
    expect(EventBusName).toEqual({ Ref: 'BallastBus' });
  });

  it('is a request for a checkpoint', () => {
    expect(matches(aCheckpointReport({}, { source: 'ballast', 'detail-type': 'Checkpoint Requested' }))).toBe(true);
  });

  it.each([
    ['a request that somebody else made up', aCheckpointReport({}, { 'detail-type': 'Checkpoint Requested' })],
    ['a report', aCheckpointReport()],
    ['a checkpoint that is there', aCheckpointReport({}, { source: 'ballast', 'detail-type': 'Checkpoint Available' })],
    ['a job that was started again', aCheckpointReport({}, { source: 'ballast', 'detail-type': 'Task Resumed' })],
    ['a notice', aNotice()],
  ])('is not %s', (_what, event) => {
    expect(matches(event)).toBe(false);
  });
});
