import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../../shared/adapters/dynamo-ledger.ts';
import type { BudgetEntry } from '../../../shared/decisions/budget.ts';
import { initialControlState } from '../../../shared/decisions/control-state.ts';
import type { DecisionRecord } from '../../../shared/decisions/plan.ts';
import type { ServiceSignal } from '../../../shared/events/facts.ts';
import type { Fence, Ledger } from '../../../shared/ports/ledger.ts';
import { aUsage } from '../../builders/money.ts';
import { aTaskRecord, nowMs, serviceArn } from '../../builders/service-facts.ts';
import { anAwsError, sent } from './sent.ts';

/** What the ledger does is tested on a database in test/integration; here is what it says to DynamoDB, word for word. */

const TableName = 'ledger';
const taskSize = { cpu: 256, memoryMiB: 512, architecture: 'arm', extraStorageGiB: 0 } as const;
const conditionFailure = anAwsError('ConditionalCheckFailedException', 400);
const servicePk = { S: 'SERVICE#arn:aws:ecs:us-east-1:111122223333:service/shop/web' };
const decisionsPk = { S: 'DECISIONS#arn:aws:ecs:us-east-1:111122223333:service/shop/web' };

function aLedger() {
  const client = new DynamoDBClient({});
  const mock = mockClient(client);
  return { mock, ledger: createDynamoLedger(client, { tableName: 'ledger' }, { nowMs: () => nowMs }) };
}

const fence: Fence = { serviceArn, generation: 7, expiresAtMs: nowMs + 30_000 };
const aSignal: ServiceSignal = {
  eventId: 'event-1',
  atMs: nowMs - 1_000,
  serviceArn,
  serviceName: 'web',
  clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
  kind: 'spot_placement_failure',
  eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
  capacityProviders: ['FARGATE_SPOT'],
};
const aDecision: DecisionRecord = {
  serviceArn,
  reason: 'steady',
  explanation: 'all is well',
  cause: 'schedule',
  mode: 'act',
  applied: [],
  sinceMs: nowMs,
  lastMs: nowMs,
  count: 1,
};

describe('recording a task', () => {
  const key = { pk: servicePk, sk: { S: 'TASK#a' } };
  const plainest = {
    TableName,
    Key: key,
    UpdateExpression:
      'SET taskArn = :taskArn, version = :version, desiredStatus = :desiredStatus, lastStatus = :lastStatus, expiresAt = :expiresAt',
    ConditionExpression: 'attribute_not_exists(version) OR version < :version',
    ExpressionAttributeValues: {
      ':taskArn': { S: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a' },
      ':version': { N: '4' },
      ':desiredStatus': { S: 'RUNNING' },
      ':lastStatus': { S: 'RUNNING' },
      // Six hours on.
      ':expiresAt': { N: '1772388000' },
    },
    ReturnValues: 'ALL_OLD',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
  const aPlainTask = {
    serviceArn,
    taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
    version: 4,
    desiredStatus: 'RUNNING',
    lastStatus: 'RUNNING',
  };
  const known = { ...key, version: { N: '3' }, lastStatus: { S: 'RUNNING' } };

  it('writes what is known under the condition that the version is newer', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({});
    await expect(ledger.recordTask(aPlainTask)).resolves.toStrictEqual({ outcome: 'recorded', isNews: true });
    expect(sent(mock)).toStrictEqual([['UpdateItemCommand', plainest]]);
  });

  it('writes everything there is, and the moment of a Spot stop only once', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({});
    const task = aTaskRecord('a', {
      desiredStatus: 'STOPPED',
      ofBridge: false,
      spotStopAtMs: nowMs - 5_000,
      stoppedAtMs: nowMs - 1_000,
      cpu: 256,
      deploymentId: 'ecs-svc/1000',
      privateIps: ['10.0.0.5', '10.0.0.6'],
      containerInstanceArn: 'arn:aws:ecs:us-east-1:111122223333:container-instance/shop/i',
      hostPorts: [{ containerName: 'app', containerPort: 80, hostPort: 32_768 }],
    });
    await expect(ledger.recordTask(task)).resolves.toStrictEqual({ outcome: 'recorded', isNews: true });
    expect(sent(mock)).toStrictEqual([
      [
        'UpdateItemCommand',
        {
          ...plainest,
          UpdateExpression:
            'SET taskArn = :taskArn, version = :version, desiredStatus = :desiredStatus, lastStatus = :lastStatus, expiresAt = :expiresAt, capacityProviderName = :capacityProviderName, ofBridge = :ofBridge, startedAtMs = :startedAtMs, stoppedAtMs = :stoppedAtMs, cpu = :cpu, deploymentId = :deploymentId, privateIps = :privateIps, containerInstanceArn = :containerInstanceArn, hostPorts = :hostPorts, spotStopAtMs = if_not_exists(spotStopAtMs, :spotStopAtMs)',
          ExpressionAttributeValues: {
            ...plainest.ExpressionAttributeValues,
            ':desiredStatus': { S: 'STOPPED' },
            ':capacityProviderName': { S: 'FARGATE_SPOT' },
            ':ofBridge': { BOOL: false },
            ':startedAtMs': { N: '1772362800000' },
            ':stoppedAtMs': { N: '1772366399000' },
            ':cpu': { N: '256' },
            ':deploymentId': { S: 'ecs-svc/1000' },
            ':privateIps': { S: '["10.0.0.5","10.0.0.6"]' },
            ':containerInstanceArn': { S: 'arn:aws:ecs:us-east-1:111122223333:container-instance/shop/i' },
            ':hostPorts': { S: '[{"containerName":"app","containerPort":80,"hostPort":32768}]' },
            ':spotStopAtMs': { N: '1772366395000' },
          },
        },
      ],
    ]);
  });

  it.each([
    ['the same status', known, {}, false],
    ['another status', known, { lastStatus: 'STOPPED' }, true],
    ['a first Spot stop', known, { spotStopAtMs: nowMs }, true],
    ['a Spot stop that was known', { ...known, spotStopAtMs: { N: '1' } }, { spotStopAtMs: nowMs }, false],
    ['a task of which only the Spot stop was known', { ...key, spotStopAtMs: { N: '1' } }, {}, true],
  ])(
    'tells by the item before, without another request, whether it is news: %s',
    async (_what, before, told, isNews) => {
      const { mock, ledger } = aLedger();
      mock.on(UpdateItemCommand).resolves({ Attributes: before });
      const answer = await ledger.recordTask({ ...aPlainTask, ...told });
      expect(answer).toStrictEqual({ outcome: 'recorded', isNews });
      expect(sent(mock)).toHaveLength(1);
    },
  );

  it('is done with a stale version that tells nothing beside its status', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    await expect(ledger.recordTask(aPlainTask)).resolves.toStrictEqual({ outcome: 'stale', isNews: false });
    expect(sent(mock)).toHaveLength(1);
  });

  it.each([
    ['all of it for the first time', { Attributes: { ...known } }, true],
    ['of a task deleted a moment ago', {}, true],
    ['the Spot stop known already', { Attributes: { ...known, spotStopAtMs: { N: '1' } } }, false],
    ['all of it known already', conditionFailure, false],
  ])('still fills in what a stale version tells, %s', async (_what, answer, isNews) => {
    const { mock, ledger } = aLedger();
    const update = mock.on(UpdateItemCommand).rejectsOnce(conditionFailure);
    if (answer instanceof Error) update.rejects(answer);
    else update.resolves(answer);
    const told = await ledger.recordTask({ ...aPlainTask, cpu: 256, spotStopAtMs: nowMs - 5_000 });
    expect(told).toStrictEqual({ outcome: 'stale', isNews });
    expect(sent(mock)[1]).toStrictEqual([
      'UpdateItemCommand',
      {
        TableName,
        Key: key,
        UpdateExpression:
          'SET cpu = if_not_exists(cpu, :cpu), spotStopAtMs = if_not_exists(spotStopAtMs, :spotStopAtMs), expiresAt = if_not_exists(expiresAt, :expiresAt)',
        ConditionExpression: 'attribute_not_exists(cpu) OR attribute_not_exists(spotStopAtMs)',
        ExpressionAttributeValues: {
          ':cpu': { N: '256' },
          ':spotStopAtMs': { N: '1772366395000' },
          ':expiresAt': { N: '1772388000' },
        },
        ReturnValues: 'ALL_OLD',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    ]);
    expect(sent(mock)).toHaveLength(2);
  });

  const refusedBy = (item: Record<string, AttributeValue>) =>
    Object.assign(anAwsError('ConditionalCheckFailedException', 400), { Item: item });

  it('says no more of a duplicate when DynamoDB shows that all of it is stored', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(refusedBy({ ...known, cpu: { N: '256' }, spotStopAtMs: { N: '1' } }));
    const told = await ledger.recordTask({ ...aPlainTask, cpu: 256, spotStopAtMs: nowMs - 5_000 });
    expect(told).toStrictEqual({ outcome: 'stale', isNews: false });
    expect(sent(mock)).toHaveLength(1);
  });

  it('fills in only what the stored item lacks', async () => {
    const { mock, ledger } = aLedger();
    const stored = { ...known, version: { N: '7' }, cpu: { N: '256' } };
    mock.on(UpdateItemCommand).rejectsOnce(refusedBy(stored)).resolves({ Attributes: stored });
    const told = await ledger.recordTask({ ...aPlainTask, cpu: 256, spotStopAtMs: nowMs - 5_000 });
    expect(told).toStrictEqual({ outcome: 'stale', isNews: true });
    expect(sent(mock)[1]?.[1]).toStrictEqual({
      TableName,
      Key: key,
      UpdateExpression:
        'SET spotStopAtMs = if_not_exists(spotStopAtMs, :spotStopAtMs), expiresAt = if_not_exists(expiresAt, :expiresAt)',
      ConditionExpression: 'attribute_not_exists(spotStopAtMs)',
      // DynamoDB refuses a value that no expression uses.
      ExpressionAttributeValues: { ':spotStopAtMs': { N: '1772366395000' }, ':expiresAt': { N: '1772388000' } },
      ReturnValues: 'ALL_OLD',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  });

  it('fills in what a stale version tells without a Spot stop, and that is no news', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejectsOnce(conditionFailure).resolves({ Attributes: known });
    const told = await ledger.recordTask({ ...aPlainTask, cpu: 256 });
    expect(told).toStrictEqual({ outcome: 'stale', isNews: false });
    expect(sent(mock)[1]?.[1]).toMatchObject({ ConditionExpression: 'attribute_not_exists(cpu)' });
  });
});

describe('recording a signal', () => {
  const requests = [
    [
      'UpdateItemCommand',
      {
        TableName,
        Key: { pk: servicePk, sk: { S: 'SIGNAL#spot_placement_failure' } },
        UpdateExpression:
          'SET kind = :kind, atMs = :atMs, eventId = :eventId, reason = :reason, expiresAt = :expiresAt',
        ConditionExpression: 'attribute_not_exists(atMs) OR atMs < :atMs',
        ExpressionAttributeValues: {
          ':kind': { S: 'spot_placement_failure' },
          ':atMs': { N: '1772366399000' },
          ':eventId': { S: 'event-1' },
          ':reason': { S: '' },
          // A day on.
          ':expiresAt': { N: '1772452800' },
        },
      },
    ],
    [
      'PutItemCommand',
      {
        TableName,
        Item: { pk: { S: 'EVENT#event-1' }, sk: { S: 'ITEM' }, expiresAt: { N: '1772452800' } },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    ],
  ];

  it('writes the signal first and then marks the event', async () => {
    const { mock, ledger } = aLedger();
    mock.onAnyCommand().resolves({});
    await expect(ledger.recordSignal(aSignal)).resolves.toBe('recorded');
    expect(sent(mock)).toStrictEqual(requests);
  });

  it('marks the event also when a newer signal is known', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    mock.on(PutItemCommand).resolves({});
    await expect(ledger.recordSignal(aSignal)).resolves.toBe('recorded');
    expect(sent(mock)).toStrictEqual(requests);
  });

  it('tells an event that was marked before', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({});
    mock.on(PutItemCommand).rejects(conditionFailure);
    await expect(ledger.recordSignal(aSignal)).resolves.toBe('duplicate');
  });
});

describe('enrolments', () => {
  const bridgeArn = 'arn:aws:ecs:us-east-1:111122223333:service/shop/ballast-web-g1';
  const serviceItem = {
    pk: { S: 'ENROLMENT' },
    sk: { S: serviceArn },
    kind: { S: 'service' },
    tags: { S: '{"ballast:managed":"true"}' },
  };
  const bridgeItem = {
    pk: { S: 'ENROLMENT' },
    sk: { S: bridgeArn },
    kind: { S: 'bridge' },
    tags: { S: '{}' },
    bridgeOf: { S: serviceArn },
  };

  it('are read page by page, strongly consistently', async () => {
    const { mock, ledger } = aLedger();
    const LastEvaluatedKey = { pk: { S: 'ENROLMENT' }, sk: { S: serviceArn } };
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [serviceItem], LastEvaluatedKey })
      .resolvesOnce({ Items: [], LastEvaluatedKey: { pk: { S: 'ENROLMENT' }, sk: { S: 'between' } } })
      .resolvesOnce({ Items: [bridgeItem] })
      .rejects(anAwsError('NoFourthPage'));
    await expect(ledger.enrolments()).resolves.toStrictEqual([
      { arn: serviceArn, kind: 'service', tags: { 'ballast:managed': 'true' } },
      { arn: bridgeArn, kind: 'bridge', tags: {}, bridgeOf: serviceArn },
    ]);
    const request = {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'ENROLMENT' } },
      ConsistentRead: true,
    };
    expect(sent(mock)).toStrictEqual([
      ['QueryCommand', request],
      ['QueryCommand', { ...request, ExclusiveStartKey: LastEvaluatedKey }],
      ['QueryCommand', { ...request, ExclusiveStartKey: { pk: { S: 'ENROLMENT' }, sk: { S: 'between' } } }],
    ]);
  });

  it('are read one by one, strongly consistently', async () => {
    const { mock, ledger } = aLedger();
    mock.on(GetItemCommand).resolves({ Item: bridgeItem });
    await expect(ledger.enrolment(bridgeArn)).resolves.toStrictEqual({
      arn: bridgeArn,
      kind: 'bridge',
      tags: {},
      bridgeOf: serviceArn,
    });
    expect(sent(mock)).toStrictEqual([
      ['GetItemCommand', { TableName, Key: { pk: { S: 'ENROLMENT' }, sk: { S: bridgeArn } }, ConsistentRead: true }],
    ]);
  });

  it('are none where there is no item', async () => {
    const { mock, ledger } = aLedger();
    mock.on(GetItemCommand).resolves({});
    mock.on(QueryCommand).resolves({});
    await expect(ledger.enrolment(serviceArn)).resolves.toBeUndefined();
    await expect(ledger.enrolments()).resolves.toEqual([]);
  });

  it('are written beside what is noted of them, and deleted whole', async () => {
    const { mock, ledger } = aLedger();
    mock.onAnyCommand().resolves({});
    await ledger.enrol({ arn: serviceArn, kind: 'service', tags: { 'ballast:managed': 'true' } });
    await ledger.enrol({ arn: bridgeArn, kind: 'bridge', tags: {}, bridgeOf: serviceArn });
    await ledger.disenrol(serviceArn);
    expect(sent(mock)).toStrictEqual([
      [
        'UpdateItemCommand',
        {
          TableName,
          Key: { pk: { S: 'ENROLMENT' }, sk: { S: serviceArn } },
          UpdateExpression: 'SET kind = :kind, tags = :tags',
          ExpressionAttributeValues: { ':kind': { S: 'service' }, ':tags': { S: '{"ballast:managed":"true"}' } },
        },
      ],
      [
        'UpdateItemCommand',
        {
          TableName,
          Key: { pk: { S: 'ENROLMENT' }, sk: { S: bridgeArn } },
          UpdateExpression: 'SET kind = :kind, tags = :tags, bridgeOf = :bridgeOf',
          ExpressionAttributeValues: {
            ':kind': { S: 'bridge' },
            ':tags': { S: '{}' },
            ':bridgeOf': { S: serviceArn },
          },
        },
      ],
      ['DeleteItemCommand', { TableName, Key: { pk: { S: 'ENROLMENT' }, sk: { S: serviceArn } } }],
    ]);
  });

  it('have the size of their tasks noted while they are enrolled', async () => {
    const { mock, ledger } = aLedger();
    mock.onAnyCommand().resolvesOnce({}).rejects(conditionFailure);
    await ledger.noteSize(serviceArn, taskSize);
    await ledger.noteSize(serviceArn, taskSize);
    expect(sent(mock)[0]).toStrictEqual([
      'UpdateItemCommand',
      {
        TableName,
        Key: { pk: { S: 'ENROLMENT' }, sk: { S: serviceArn } },
        UpdateExpression: 'SET taskSize = :taskSize',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: {
          ':taskSize': { S: '{"cpu":256,"memoryMiB":512,"architecture":"arm","extraStorageGiB":0}' },
        },
      },
    ]);
  });

  it('are not guessed from an item that is not JSON', async () => {
    const { mock, ledger } = aLedger();
    mock.on(GetItemCommand).resolves({ Item: { ...serviceItem, tags: { S: '{' } } });
    await expect(ledger.enrolment(serviceArn)).rejects.toMatchObject({
      name: 'InvariantError',
      message: 'ledger item ENROLMENT arn:aws:ecs:us-east-1:111122223333:service/shop/web: tags is not JSON',
    });
  });
});

describe('the fence', () => {
  const key = { pk: servicePk, sk: { S: 'CONTROL' } };

  it('is taken where none is held, with the next generation', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({ Attributes: { generation: { N: '7' }, control: { S: '{}' } } });
    await expect(ledger.takeFence(serviceArn, 30_000)).resolves.toStrictEqual({
      serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
      generation: 7,
      expiresAtMs: 1_772_366_430_000,
    });
    expect(sent(mock)).toStrictEqual([
      [
        'UpdateItemCommand',
        {
          TableName,
          Key: key,
          UpdateExpression: 'SET generation = if_not_exists(generation, :zero) + :one, fenceExpiresAtMs = :expiresAtMs',
          ConditionExpression: 'attribute_not_exists(fenceExpiresAtMs) OR fenceExpiresAtMs <= :nowMs',
          ExpressionAttributeValues: {
            ':zero': { N: '0' },
            ':one': { N: '1' },
            ':expiresAtMs': { N: '1772366430000' },
            ':nowMs': { N: '1772366400000' },
          },
          ReturnValues: 'ALL_NEW',
        },
      ],
    ]);
  });

  it('is not ours while somebody else holds it', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    await expect(ledger.takeFence(serviceArn, 30_000)).resolves.toBeUndefined();
  });

  it('guards the control state by generation and time', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({});
    await ledger.saveControl(fence, initialControlState);
    expect(sent(mock)).toStrictEqual([
      [
        'UpdateItemCommand',
        {
          TableName,
          Key: key,
          UpdateExpression: 'SET control = :control',
          ConditionExpression: 'generation = :generation AND fenceExpiresAtMs > :nowMs',
          ExpressionAttributeValues: {
            ':control': { S: '{"bridgeGeneration":0,"lastWholeAtMs":0,"recentShortfalls":[]}' },
            ':generation': { N: '7' },
            ':nowMs': { N: '1772366400000' },
          },
        },
      ],
    ]);
  });

  it('refuses the control state of a decision that lost it', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    await expect(ledger.saveControl(fence, initialControlState)).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'ledger: the fence of arn:aws:ecs:us-east-1:111122223333:service/shop/web is no longer ours',
    });
  });

  it('is let go by its own generation only', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({});
    await ledger.releaseFence(fence);
    expect(sent(mock)).toStrictEqual([
      [
        'UpdateItemCommand',
        {
          TableName,
          Key: key,
          UpdateExpression: 'SET fenceExpiresAtMs = :released',
          ConditionExpression: 'generation = :generation',
          ExpressionAttributeValues: { ':released': { N: '0' }, ':generation': { N: '7' } },
        },
      ],
    ]);
  });

  it('is let go in peace when it is no longer ours', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    await expect(ledger.releaseFence(fence)).resolves.toBeUndefined();
  });
});

describe('reading a service', () => {
  const taskItem = (id: string, changed: Record<string, AttributeValue> = {}) => ({
    pk: servicePk,
    sk: { S: `TASK#${id}` },
    taskArn: { S: `arn:aws:ecs:us-east-1:111122223333:task/shop/${id}` },
    version: { N: '4' },
    desiredStatus: { S: 'RUNNING' },
    lastStatus: { S: 'RUNNING' },
    expiresAt: { N: '1772366401' },
    ...changed,
  });

  it('reads its partition page by page and puts the items together', async () => {
    const { mock, ledger } = aLedger();
    const LastEvaluatedKey = { pk: servicePk, sk: { S: 'SIGNAL#steady_state' } };
    mock
      .on(QueryCommand)
      .resolvesOnce({
        Items: [
          {
            pk: servicePk,
            sk: { S: 'CONTROL' },
            generation: { N: '7' },
            control: { S: '{"bridgeGeneration":2,"lastWholeAtMs":5,"recentShortfalls":[]}' },
          },
          { pk: servicePk, sk: { S: 'SCALING' }, autoScaled: { BOOL: true } },
          {
            pk: servicePk,
            sk: { S: 'SIGNAL#steady_state' },
            kind: { S: 'steady_state' },
            atMs: { N: '1772366399000' },
            eventId: { S: 'event-1' },
          },
        ],
        LastEvaluatedKey,
      })
      .resolvesOnce({
        Items: [
          taskItem('a', {
            capacityProviderName: { S: 'FARGATE_SPOT' },
            ofBridge: { BOOL: true },
            spotStopAtMs: { N: '1' },
            startedAtMs: { N: '2' },
            stoppedAtMs: { N: '3' },
            cpu: { N: '256' },
            deploymentId: { S: 'ecs-svc/1000' },
            privateIps: { S: '["10.0.0.5"]' },
            containerInstanceArn: { S: 'arn:aws:ecs:us-east-1:111122223333:container-instance/shop/i' },
            hostPorts: { S: '[{"containerName":"app","containerPort":80,"hostPort":32768}]' },
          }),
          taskItem('b', { ofBridge: { BOOL: false } }),
        ],
      })
      .rejects(anAwsError('NoThirdPage'));
    await expect(ledger.readService(serviceArn)).resolves.toStrictEqual({
      tasks: [
        {
          serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
          taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
          version: 4,
          desiredStatus: 'RUNNING',
          lastStatus: 'RUNNING',
          capacityProviderName: 'FARGATE_SPOT',
          ofBridge: true,
          spotStopAtMs: 1,
          startedAtMs: 2,
          stoppedAtMs: 3,
          cpu: 256,
          deploymentId: 'ecs-svc/1000',
          privateIps: ['10.0.0.5'],
          containerInstanceArn: 'arn:aws:ecs:us-east-1:111122223333:container-instance/shop/i',
          hostPorts: [{ containerName: 'app', containerPort: 80, hostPort: 32_768 }],
        },
        {
          serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
          taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/b',
          version: 4,
          desiredStatus: 'RUNNING',
          lastStatus: 'RUNNING',
        },
      ],
      signals: { steady_state: { kind: 'steady_state', atMs: 1_772_366_399_000, eventId: 'event-1' } },
      control: { bridgeGeneration: 2, lastWholeAtMs: 5, recentShortfalls: [] },
      autoScaled: true,
    });
    const request = {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': servicePk },
      ConsistentRead: true,
    };
    expect(sent(mock)).toStrictEqual([
      ['QueryCommand', request],
      ['QueryCommand', { ...request, ExclusiveStartKey: LastEvaluatedKey }],
    ]);
  });

  it.each([true, false])('has beside it whether the service is scaled automatically: %s', async (autoScaled) => {
    const { mock, ledger } = aLedger();
    mock.on(PutItemCommand).resolves({});
    await ledger.recordAutoScaled(serviceArn, autoScaled);
    const item = { pk: servicePk, sk: { S: 'SCALING' }, autoScaled: { BOOL: autoScaled } };
    expect(sent(mock)).toStrictEqual([['PutItemCommand', { TableName, Item: item }]]);
    mock.on(QueryCommand).resolves({ Items: [item] });
    await expect(ledger.readService(serviceArn)).resolves.toStrictEqual({ tasks: [], signals: {}, autoScaled });
  });

  it('has no control state where only a fence was taken', async () => {
    const { mock, ledger } = aLedger();
    mock.on(QueryCommand).resolves({ Items: [{ pk: servicePk, sk: { S: 'CONTROL' }, generation: { N: '1' } }] });
    await expect(ledger.readService(serviceArn)).resolves.toStrictEqual({ tasks: [], signals: {} });
  });

  it('leaves out what has expired by the clock and what is not a whole task', async () => {
    const { mock, ledger } = aLedger();
    mock.on(QueryCommand).resolves({
      Items: [
        taskItem('expired', { expiresAt: { N: '1772366399' } }),
        taskItem('expires now', { expiresAt: { N: '1772366400' } }),
        taskItem('kept', { expiresAt: { N: '1772366401' } }),
        { pk: servicePk, sk: { S: 'TASK#only told of a stop' }, spotStopAtMs: { N: '1' } },
      ],
    });
    const { tasks } = await ledger.readService(serviceArn);
    expect(tasks.map(({ taskArn }) => taskArn)).toEqual(['arn:aws:ecs:us-east-1:111122223333:task/shop/kept']);
  });

  it('names the item and the attribute that it misses', async () => {
    const { mock, ledger } = aLedger();
    mock.on(QueryCommand).resolves({ Items: [taskItem('a', { lastStatus: { NULL: true } })] });
    await expect(ledger.readService(serviceArn)).rejects.toMatchObject({
      name: 'InvariantError',
      message: 'ledger item SERVICE#arn:aws:ecs:us-east-1:111122223333:service/shop/web TASK#a: lastStatus is missing',
    });
  });
});

describe('recording a decision', () => {
  /** SHA-256 of `["steady","act",null,[],null]`: reason, mode, figures, what was applied, and about targets. */
  const signature = { S: 'f23494bd4020e672d4f34bbede0a156c6978ed169ed9b4e52028ca3d3adb6581' };
  const extension = [
    'UpdateItemCommand',
    {
      TableName,
      Key: { pk: decisionsPk, sk: { S: 'LATEST' } },
      UpdateExpression: 'SET lastMs = :lastMs, times = times + :one, expiresAt = :expiresAt',
      ConditionExpression: 'signature = :signature AND expiresAt > :nowS',
      ExpressionAttributeValues: {
        ':nowS': { N: '1772366400' },
        ':lastMs': { N: '1772366400000' },
        ':one': { N: '1' },
        ':signature': signature,
        // Fourteen days on.
        ':expiresAt': { N: '1773576000' },
      },
    },
  ];
  const newest = (serial: string, condition: object) => [
    'PutItemCommand',
    {
      TableName,
      Item: {
        pk: decisionsPk,
        sk: { S: 'LATEST' },
        serial: { N: serial },
        signature,
        record: {
          S: '{"serviceArn":"arn:aws:ecs:us-east-1:111122223333:service/shop/web","reason":"steady","explanation":"all is well","cause":"schedule","mode":"act","applied":[],"sinceMs":1772366400000,"lastMs":1772366400000,"count":1}',
        },
        sinceMs: { N: '1772366400000' },
        lastMs: { N: '1772366400000' },
        times: { N: '1' },
        expiresAt: { N: '1773576000' },
      },
      ...condition,
    },
  ];
  const first = newest('1', {
    ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :nowS',
    ExpressionAttributeValues: { ':nowS': { N: '1772366400' } },
  });
  const previous = {
    pk: decisionsPk,
    serial: { N: '7' },
    signature: { S: 'another' },
    record: { S: '{}' },
    sinceMs: { N: '1772366000000' },
    lastMs: { N: '1772366300000' },
    times: { N: '3' },
    expiresAt: { N: '1773575900' },
  };
  const filing = [
    'PutItemCommand',
    {
      TableName,
      Item: { ...previous, sk: { S: 'AT#1772366000000#7' } },
      ConditionExpression: 'attribute_not_exists(pk) OR times < :times',
      ExpressionAttributeValues: { ':times': { N: '3' } },
    },
  ];
  const next = newest('8', {
    ConditionExpression: 'serial = :serial AND times = :times',
    ExpressionAttributeValues: { ':serial': { N: '7' }, ':times': { N: '3' } },
  });
  const look = ['GetItemCommand', { TableName, Key: { pk: decisionsPk, sk: { S: 'LATEST' } }, ConsistentRead: true }];

  it('extends the last one when it was the same', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({});
    expect(await ledger.recordDecision(aDecision)).toBe('repeated');
    expect(sent(mock)).toStrictEqual([extension]);
  });

  it('goes by what was decided, not by how it is told', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({});
    await ledger.recordDecision({ ...aDecision, explanation: 'still well, for 9 min', cause: 'notice', count: 9 });
    expect(sent(mock)).toStrictEqual([extension]);
  });

  it('puts the first one', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    mock.on(GetItemCommand).resolves({});
    mock.on(PutItemCommand).resolves({});
    expect(await ledger.recordDecision(aDecision)).toBe('new');
    expect(sent(mock)).toStrictEqual([extension, look, first]);
  });

  it('puts another in the place of one that has expired and is not deleted yet', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    const expired = { ...previous, sk: { S: 'LATEST' }, expiresAt: { N: '1772366400' } };
    mock.on(GetItemCommand).resolves({ Item: expired });
    mock.on(PutItemCommand).resolves({});
    await ledger.recordDecision(aDecision);
    expect(sent(mock)).toStrictEqual([extension, look, first]);
  });

  it('files the last one under its own time and number before it puts another', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    mock.on(GetItemCommand).resolves({ Item: { ...previous, sk: { S: 'LATEST' } } });
    mock.on(PutItemCommand).resolves({});
    await ledger.recordDecision(aDecision);
    expect(sent(mock)).toStrictEqual([extension, look, filing, next]);
  });

  it('puts another also when a try before this one has filed the last', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    mock.on(GetItemCommand).resolves({ Item: { ...previous, sk: { S: 'LATEST' } } });
    mock.on(PutItemCommand).rejectsOnce(conditionFailure).resolves({});
    await ledger.recordDecision(aDecision);
    expect(sent(mock)).toStrictEqual([extension, look, filing, next]);
  });

  it('begins again when somebody else was quicker, and extends when that was the same', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejectsOnce(conditionFailure).resolves({});
    mock.on(GetItemCommand).resolves({});
    mock.on(PutItemCommand).rejects(conditionFailure);
    await ledger.recordDecision(aDecision);
    expect(sent(mock)).toStrictEqual([extension, look, first, extension]);
  });

  it('asks for another delivery when others are quicker all the time', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    mock.on(GetItemCommand).resolves({});
    mock.on(PutItemCommand).rejects(conditionFailure);
    await expect(ledger.recordDecision(aDecision)).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'ledger: others keep recording decisions of arn:aws:ecs:us-east-1:111122223333:service/shop/web',
    });
    expect(sent(mock)).toStrictEqual(Array.from({ length: 4 }, () => [extension, look, first]).flat());
  });
});

describe('reading decisions', () => {
  const item = (sk: string, serial: string, sinceMs: string, times: string) => ({
    pk: decisionsPk,
    sk: { S: sk },
    serial: { N: serial },
    record: { S: `{"reason":"steady","sinceMs":${sinceMs},"lastMs":1,"count":1}` },
    sinceMs: { N: sinceMs },
    lastMs: { N: '9000' },
    times: { N: times },
  });

  it('answers the newest of all pages first, with how often and until when', async () => {
    const { mock, ledger } = aLedger();
    const LastEvaluatedKey = { pk: decisionsPk, sk: { S: 'AT#2000#2' } };
    mock
      .on(QueryCommand)
      .resolvesOnce({
        Items: [item('AT#1000#1', '1', '1000', '2'), item('AT#2000#2', '2', '2000', '1')],
        LastEvaluatedKey,
      })
      .resolvesOnce({ Items: [item('LATEST', '3', '3000', '5')] });
    await expect(ledger.decisions(serviceArn, 2)).resolves.toEqual([
      { reason: 'steady', sinceMs: 3000, lastMs: 9000, count: 5 },
      { reason: 'steady', sinceMs: 2000, lastMs: 9000, count: 1 },
    ]);
    const request = {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': decisionsPk },
      ConsistentRead: true,
    };
    expect(sent(mock)).toStrictEqual([
      ['QueryCommand', request],
      ['QueryCommand', { ...request, ExclusiveStartKey: LastEvaluatedKey }],
    ]);
  });

  it('answers once what a crash has left filed and the latest as well, as it went on', async () => {
    const { mock, ledger } = aLedger();
    mock.on(QueryCommand).resolves({
      Items: [
        item('AT#1000#1', '1', '1000', '7'),
        item('AT#2000#2', '2', '2000', '4'),
        item('LATEST', '2', '2000', '5'),
      ],
    });
    expect((await ledger.decisions(serviceArn, 10)).map(({ count }) => count)).toEqual([5, 7]);
  });

  it('answers those of one millisecond in the order in which they were made', async () => {
    const { mock, ledger } = aLedger();
    mock.on(QueryCommand).resolves({
      Items: [
        item('AT#1000#10', '10', '1000', '10'),
        item('AT#1000#9', '9', '1000', '9'),
        item('LATEST', '11', '1000', '11'),
      ],
    });
    expect((await ledger.decisions(serviceArn, 3)).map(({ count }) => count)).toEqual([11, 10, 9]);
  });
});

describe('the fleet', () => {
  const pk = { S: 'FLEET' };
  const ofService = { pk, sk: { S: 'SERVICE#arn:aws:ecs:us-east-1:111122223333:service/shop/web' } };
  const ofAll = { pk, sk: { S: 'ALL' } };
  const query = [
    'QueryCommand',
    {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ConsistentRead: true,
    },
  ];
  const entry: BudgetEntry = { serviceArn, priority: 5, milliVcpu: 250, held: 1, wanted: 3 };
  const compactEntry = '["arn:aws:ecs:us-east-1:111122223333:service/shop/web",5,250,1,3]';

  it('is read in one strongly consistent query', async () => {
    const { mock, ledger } = aLedger();
    mock.on(QueryCommand).resolves({
      Items: [
        { ...ofAll, paused: { BOOL: true } },
        { pk, sk: { S: 'BUDGET' }, version: { N: '4' }, entries: { S: `[${compactEntry}]` } },
        { pk, sk: { S: 'QUOTA' }, vcpu: { N: '6.5' } },
        { pk, sk: { S: 'SERVICE#asked' }, returnAsked: { BOOL: true } },
        { pk, sk: { S: 'SERVICE#both' }, paused: { BOOL: true }, returnAsked: { BOOL: true } },
        { pk, sk: { S: 'SERVICE#withdrawn' }, paused: { BOOL: true }, returnAsked: { BOOL: false } },
      ],
    });
    await expect(ledger.readFleet()).resolves.toStrictEqual({
      pausedAll: true,
      paused: new Set(['both', 'withdrawn']),
      returnAsked: new Set(['asked', 'both']),
      onDemandVcpuQuota: 6.5,
      budget: { version: 4, entries: [entry] },
    });
    expect(sent(mock)).toStrictEqual([query]);
  });

  it('holds an asked return back while its service is not paused', async () => {
    const { mock, ledger } = aLedger();
    mock.on(QueryCommand).resolves({ Items: [{ ...ofService, returnAsked: { BOOL: true } }] });
    await expect(ledger.readFleet()).resolves.toStrictEqual({
      pausedAll: false,
      paused: new Set(),
      returnAsked: new Set(),
      budget: { version: 0, entries: [] },
    });
  });

  it('has one item for a service, which goes with its pause', async () => {
    const { mock, ledger } = aLedger();
    mock.onAnyCommand().resolves({});
    await ledger.setPause(serviceArn, true);
    await ledger.askReturn(serviceArn, true);
    await ledger.setPause(serviceArn, false);
    expect(sent(mock)).toStrictEqual([
      [
        'UpdateItemCommand',
        {
          TableName,
          Key: ofService,
          UpdateExpression: 'SET paused = :paused',
          ExpressionAttributeValues: { ':paused': { BOOL: true } },
        },
      ],
      [
        'UpdateItemCommand',
        {
          TableName,
          Key: ofService,
          UpdateExpression: 'SET returnAsked = :asked',
          ExpressionAttributeValues: { ':asked': { BOOL: true } },
        },
      ],
      ['DeleteItemCommand', { TableName, Key: ofService }],
    ]);
  });

  it('withdraws a return only where one was asked', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    await expect(ledger.askReturn(serviceArn, false)).resolves.toBeUndefined();
    expect(sent(mock)).toStrictEqual([
      [
        'UpdateItemCommand',
        {
          TableName,
          Key: ofService,
          UpdateExpression: 'SET returnAsked = :asked',
          ConditionExpression: 'attribute_exists(returnAsked)',
          ExpressionAttributeValues: { ':asked': { BOOL: false } },
        },
      ],
    ]);
  });

  it('pauses all by one item', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({});
    await ledger.setPause(undefined, true);
    expect(sent(mock)).toStrictEqual([
      [
        'UpdateItemCommand',
        {
          TableName,
          Key: ofAll,
          UpdateExpression: 'SET paused = :paused',
          ExpressionAttributeValues: { ':paused': { BOOL: true } },
        },
      ],
    ]);
  });

  it.each([
    ['that stay unpaused', undefined],
    ['also when one of them is paused at this moment', conditionFailure],
  ])('lifts the pause of all after the returns asked of services %s', async (_what, refusal) => {
    const { mock, ledger } = aLedger();
    mock.on(QueryCommand).resolves({
      Items: [
        { ...ofAll, paused: { BOOL: true } },
        { ...ofService, returnAsked: { BOOL: true } },
        { pk, sk: { S: 'SERVICE#paused' }, paused: { BOOL: true }, returnAsked: { BOOL: true } },
        { pk, sk: { S: 'SERVICE#withdrawn' }, returnAsked: { BOOL: false } },
      ],
    });
    if (refusal === undefined) mock.on(DeleteItemCommand).resolves({});
    else mock.on(DeleteItemCommand).rejectsOnce(refusal).resolves({});
    await ledger.setPause(undefined, false);
    expect(sent(mock)).toStrictEqual([
      query,
      ['DeleteItemCommand', { TableName, Key: ofService, ConditionExpression: 'attribute_not_exists(paused)' }],
      ['DeleteItemCommand', { TableName, Key: ofAll }],
    ]);
  });

  it('keeps the quota', async () => {
    const { mock, ledger } = aLedger();
    mock.on(PutItemCommand).resolves({});
    await ledger.saveOnDemandVcpuQuota(6);
    expect(sent(mock)).toStrictEqual([
      ['PutItemCommand', { TableName, Item: { pk, sk: { S: 'QUOTA' }, vcpu: { N: '6' } } }],
    ]);
  });

  it.each([
    ['the first', 0, '1', { ConditionExpression: 'attribute_not_exists(version)' }],
    [
      'a later',
      4,
      '5',
      { ConditionExpression: 'version = :expected', ExpressionAttributeValues: { ':expected': { N: '4' } } },
    ],
  ])('takes %s budget under the condition of its version', async (_what, expected, version, condition) => {
    const { mock, ledger } = aLedger();
    mock.on(PutItemCommand).resolvesOnce({}).rejects(conditionFailure);
    await expect(ledger.saveBudget(expected, [entry, { ...entry, wanted: 0 }])).resolves.toBe(true);
    expect(sent(mock)).toStrictEqual([
      [
        'PutItemCommand',
        {
          TableName,
          Item: {
            pk,
            sk: { S: 'BUDGET' },
            version: { N: version },
            entries: { S: `[${compactEntry},["arn:aws:ecs:us-east-1:111122223333:service/shop/web",5,250,1,0]]` },
          },
          ...condition,
        },
      ],
    ]);
    await expect(ledger.saveBudget(expected, [entry])).resolves.toBe(false);
  });
});

describe('an error of DynamoDB', () => {
  const taskArn = 'arn:aws:ecs:us-east-1:111122223333:task/shop/a';
  const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
  const calls: Record<keyof Ledger, [operation: string, call: (ledger: Ledger) => Promise<unknown>]> = {
    recordTask: ['UpdateItem', (ledger) => ledger.recordTask(aTaskRecord('a'))],
    recordSignal: ['UpdateItem', (ledger) => ledger.recordSignal(aSignal)],
    enrolments: ['Query', (ledger) => ledger.enrolments()],
    enrolment: ['GetItem', (ledger) => ledger.enrolment(serviceArn)],
    enrol: ['UpdateItem', (ledger) => ledger.enrol({ arn: serviceArn, kind: 'service', tags: {} })],
    disenrol: ['DeleteItem', (ledger) => ledger.disenrol(serviceArn)],
    noteSize: ['UpdateItem', (ledger) => ledger.noteSize(serviceArn, taskSize)],
    takeFence: ['UpdateItem', (ledger) => ledger.takeFence(serviceArn, 30_000)],
    readService: ['Query', (ledger) => ledger.readService(serviceArn)],
    saveControl: ['UpdateItem', (ledger) => ledger.saveControl(fence, initialControlState)],
    releaseFence: ['UpdateItem', (ledger) => ledger.releaseFence(fence)],
    recordDecision: ['UpdateItem', (ledger) => ledger.recordDecision(aDecision)],
    decisions: ['Query', (ledger) => ledger.decisions(serviceArn, 10)],
    readFleet: ['Query', (ledger) => ledger.readFleet()],
    setPause: ['UpdateItem', (ledger) => ledger.setPause(undefined, true)],
    askReturn: ['UpdateItem', (ledger) => ledger.askReturn(serviceArn, true)],
    saveOnDemandVcpuQuota: ['PutItem', (ledger) => ledger.saveOnDemandVcpuQuota(6)],
    saveBudget: ['PutItem', (ledger) => ledger.saveBudget(0, [])],
    recordAutoScaled: ['PutItem', (ledger) => ledger.recordAutoScaled(serviceArn, true)],
    readWork: ['GetItem', (ledger) => ledger.readWork(taskArn)],
    saveWork: ['PutItem', (ledger) => ledger.saveWork({ taskArn, clusterArn }, 0)],
    openJob: ['PutItem', (ledger) => ledger.openJob({ taskArn, clusterArn, lookAtMs: nowMs })],
    closeJob: ['DeleteItem', (ledger) => ledger.closeJob(taskArn)],
    openJobs: ['Query', (ledger) => ledger.openJobs()],
    recordSpotShort: ['PutItem', (ledger) => ledger.recordSpotShort(clusterArn, nowMs)],
    spotShortAtMs: ['GetItem', (ledger) => ledger.spotShortAtMs(clusterArn)],
    claimDiagnosis: ['PutItem', (ledger) => ledger.claimDiagnosis(serviceArn, 'ecs-svc/1', 45_000)],
    keepDiagnosis: ['UpdateItem', (ledger) => ledger.keepDiagnosis(serviceArn, 'ecs-svc/1', {})],
    deploymentWatches: ['Query', (ledger) => ledger.deploymentWatches()],
    watchDeployment: [
      'PutItem',
      (ledger) =>
        ledger.watchDeployment(serviceArn, { deploymentId: 'ecs-svc/1', running: 0, left: 2, progressAtMs: nowMs }),
    ],
    forgetDeployment: ['DeleteItem', (ledger) => ledger.forgetDeployment(serviceArn)],
    countUsage: ['PutItem', (ledger) => ledger.countUsage(aUsage())],
    usage: ['Query', (ledger) => ledger.usage('2026-03-01')],
  };

  // Also what no later try will mend: the message stays in its queue until the table can be reached.
  const errors = [
    anAwsError('ProvisionedThroughputExceededException', 400),
    anAwsError('InternalServerError', 500),
    anAwsError('ResourceNotFoundException', 400),
    anAwsError('AccessDeniedException', 400),
    anAwsError('TimeoutError'),
  ];

  it.each(
    Object.entries(calls).flatMap(([method, [operation, call]]) =>
      errors.map((error) => ({ method, operation, call, error })),
    ),
  )('makes $method ask for another delivery: $error.name', async ({ operation, call, error }) => {
    const { mock, ledger } = aLedger();
    mock.onAnyCommand().rejects(error);
    await expect(call(ledger)).rejects.toMatchObject({
      name: 'RetryableError',
      message: `ledger: ${operation} failed: ${error.name}`,
      cause: error,
    });
  });

  it.each([
    ['recordTask', (ledger: Ledger) => ledger.recordTask(aTaskRecord('a', { spotStopAtMs: nowMs }))],
    ['recordSignal', (ledger: Ledger) => ledger.recordSignal(aSignal)],
    ['recordDecision', (ledger: Ledger) => ledger.recordDecision(aDecision)],
  ])('in the second request of %s is no success either', async (_method, call) => {
    const { mock, ledger } = aLedger();
    const throttled = anAwsError('ThrottlingException', 400);
    mock.onAnyCommand().rejectsOnce(conditionFailure).rejects(throttled);
    await expect(call(ledger)).rejects.toMatchObject({ name: 'RetryableError', cause: throttled });
    expect(sent(mock)).toHaveLength(2);
  });

  it('on a later page gives no part of the service', async () => {
    const { mock, ledger } = aLedger();
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [], LastEvaluatedKey: { pk: servicePk, sk: { S: 'CONTROL' } } })
      .rejects(anAwsError('ThrottlingException', 400));
    await expect(ledger.readService(serviceArn)).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'ledger: Query failed: ThrottlingException',
    });
  });

  it('is told also when it is no error object', async () => {
    const { mock, ledger } = aLedger();
    mock.on(DeleteItemCommand).callsFake(() => Promise.reject('broken'));
    await expect(ledger.disenrol(serviceArn)).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'ledger: DeleteItem failed: broken',
      cause: 'broken',
    });
  });
});
