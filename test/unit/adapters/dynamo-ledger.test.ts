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
import { initialControlState } from '../../../shared/decisions/control-state.ts';
import type { DecisionRecord } from '../../../shared/decisions/plan.ts';
import type { ServiceSignal } from '../../../shared/events/facts.ts';
import type { CheckpointRecord, Fence, Ledger } from '../../../shared/ports/ledger.ts';
import { aTaskRecord, nowMs, serviceArn } from '../../builders/service-facts.ts';
import { anAwsError, sent } from './sent.ts';

/** What the ledger does is tested on a database in test/integration; here is what it says to DynamoDB, word for word. */

const TableName = 'ledger';
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
const aCheckpoint: CheckpointRecord = {
  checkpointId: 'checkpoint-1',
  taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
  requestedAtMs: nowMs,
  deadlineMs: nowMs + 120_000,
};
const aReport = {
  eventId: 'event-2',
  reportedAtMs: nowMs + 60_000,
  checkpointId: 'checkpoint-1',
  taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
  outcome: 'completed',
} as const;

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
  };
  const aPlainTask = {
    serviceArn,
    taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a',
    version: 4,
    desiredStatus: 'RUNNING',
    lastStatus: 'RUNNING',
  };

  it('writes what is known under the condition that the version is newer', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({});
    await expect(ledger.recordTask(aPlainTask)).resolves.toBe('recorded');
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
    });
    await expect(ledger.recordTask(task)).resolves.toBe('recorded');
    expect(sent(mock)).toStrictEqual([
      [
        'UpdateItemCommand',
        {
          ...plainest,
          UpdateExpression:
            'SET taskArn = :taskArn, version = :version, desiredStatus = :desiredStatus, lastStatus = :lastStatus, expiresAt = :expiresAt, capacityProviderName = :capacityProviderName, ofBridge = :ofBridge, startedAtMs = :startedAtMs, stoppedAtMs = :stoppedAtMs, spotStopAtMs = if_not_exists(spotStopAtMs, :spotStopAtMs)',
          ExpressionAttributeValues: {
            ...plainest.ExpressionAttributeValues,
            ':desiredStatus': { S: 'STOPPED' },
            ':capacityProviderName': { S: 'FARGATE_SPOT' },
            ':ofBridge': { BOOL: false },
            ':startedAtMs': { N: '1772362800000' },
            ':stoppedAtMs': { N: '1772366399000' },
            ':spotStopAtMs': { N: '1772366395000' },
          },
        },
      ],
    ]);
  });

  it('is done with a stale version that tells of no Spot stop', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    await expect(ledger.recordTask(aPlainTask)).resolves.toBe('stale');
    expect(sent(mock)).toHaveLength(1);
  });

  it.each([
    ['kept for the first time', undefined],
    ['known already', conditionFailure],
  ])('still adds the Spot stop of a stale version, %s', async (_what, refusal) => {
    const { mock, ledger } = aLedger();
    const update = mock.on(UpdateItemCommand).rejectsOnce(conditionFailure);
    if (refusal === undefined) update.resolves({});
    else update.rejects(refusal);
    await expect(ledger.recordTask({ ...aPlainTask, spotStopAtMs: nowMs - 5_000 })).resolves.toBe('stale');
    expect(sent(mock)[1]).toStrictEqual([
      'UpdateItemCommand',
      {
        TableName,
        Key: key,
        UpdateExpression: 'SET spotStopAtMs = :spotStopAtMs',
        ConditionExpression: 'attribute_not_exists(spotStopAtMs)',
        ExpressionAttributeValues: { ':spotStopAtMs': { N: '1772366395000' } },
      },
    ]);
    expect(sent(mock)).toHaveLength(2);
  });
});

describe('recording a signal', () => {
  const requests = [
    [
      'UpdateItemCommand',
      {
        TableName,
        Key: { pk: servicePk, sk: { S: 'SIGNAL#spot_placement_failure' } },
        UpdateExpression: 'SET kind = :kind, atMs = :atMs, eventId = :eventId, expiresAt = :expiresAt',
        ConditionExpression: 'attribute_not_exists(atMs) OR atMs < :atMs',
        ExpressionAttributeValues: {
          ':kind': { S: 'spot_placement_failure' },
          ':atMs': { N: '1772366399000' },
          ':eventId': { S: 'event-1' },
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

  it('are put and deleted whole', async () => {
    const { mock, ledger } = aLedger();
    mock.onAnyCommand().resolves({});
    await ledger.enrol({ arn: serviceArn, kind: 'service', tags: { 'ballast:managed': 'true' } });
    await ledger.enrol({ arn: bridgeArn, kind: 'bridge', tags: {}, bridgeOf: serviceArn });
    await ledger.disenrol(serviceArn);
    expect(sent(mock)).toStrictEqual([
      ['PutItemCommand', { TableName, Item: serviceItem }],
      ['PutItemCommand', { TableName, Item: bridgeItem }],
      ['DeleteItemCommand', { TableName, Key: { pk: { S: 'ENROLMENT' }, sk: { S: serviceArn } } }],
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
  /** SHA-256 of `["steady","act",null,[]]`: reason, mode, figures and what was applied. */
  const signature = { S: 'deabb61cd446c8aa5db245ae53c037bf2c4ecf912182092257e5629da7e69bd8' };
  const extension = [
    'UpdateItemCommand',
    {
      TableName,
      Key: { pk: decisionsPk, sk: { S: 'LATEST' } },
      UpdateExpression: 'SET lastMs = :lastMs, times = times + :one, expiresAt = :expiresAt',
      ConditionExpression: 'signature = :signature',
      ExpressionAttributeValues: {
        ':lastMs': { N: '1772366400000' },
        ':one': { N: '1' },
        ':signature': signature,
        // Fourteen days on.
        ':expiresAt': { N: '1773576000' },
      },
    },
  ];
  const newest = [
    'PutItemCommand',
    {
      TableName,
      Item: {
        pk: decisionsPk,
        sk: { S: 'LATEST' },
        signature,
        record: {
          S: '{"serviceArn":"arn:aws:ecs:us-east-1:111122223333:service/shop/web","reason":"steady","explanation":"all is well","cause":"schedule","mode":"act","applied":[],"sinceMs":1772366400000,"lastMs":1772366400000,"count":1}',
        },
        sinceMs: { N: '1772366400000' },
        lastMs: { N: '1772366400000' },
        times: { N: '1' },
        expiresAt: { N: '1773576000' },
      },
    },
  ];
  const look = ['GetItemCommand', { TableName, Key: { pk: decisionsPk, sk: { S: 'LATEST' } }, ConsistentRead: true }];

  it('extends the last one when it was the same', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({});
    await ledger.recordDecision(aDecision);
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
    await ledger.recordDecision(aDecision);
    expect(sent(mock)).toStrictEqual([extension, look, newest]);
  });

  it('files the last one under its own time before it puts another', async () => {
    const { mock, ledger } = aLedger();
    const previous = {
      pk: decisionsPk,
      signature: { S: 'another' },
      record: { S: '{}' },
      sinceMs: { N: '1772366000000' },
      lastMs: { N: '1772366300000' },
      times: { N: '3' },
      expiresAt: { N: '1773575900' },
    };
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    mock.on(GetItemCommand).resolves({ Item: { ...previous, sk: { S: 'LATEST' } } });
    mock.on(PutItemCommand).resolves({});
    await ledger.recordDecision(aDecision);
    expect(sent(mock)).toStrictEqual([
      extension,
      look,
      ['PutItemCommand', { TableName, Item: { ...previous, sk: { S: 'AT#1772366000000' } } }],
      newest,
    ]);
  });
});

describe('reading decisions', () => {
  const item = (sk: string, sinceMs: string, times: string) => ({
    pk: decisionsPk,
    sk: { S: sk },
    record: { S: `{"reason":"steady","sinceMs":${sinceMs},"lastMs":1,"count":1}` },
    sinceMs: { N: sinceMs },
    lastMs: { N: '9000' },
    times: { N: times },
  });

  it('answers the newest of all pages first, with how often and until when', async () => {
    const { mock, ledger } = aLedger();
    const LastEvaluatedKey = { pk: decisionsPk, sk: { S: 'AT#2000' } };
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [item('AT#1000', '1000', '2'), item('AT#2000', '2000', '1')], LastEvaluatedKey })
      .resolvesOnce({ Items: [item('LATEST', '3000', '5')] });
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
});

describe('pausing', () => {
  it.each([
    ['everything', undefined, 'ALL'],
    ['one service', serviceArn, 'arn:aws:ecs:us-east-1:111122223333:service/shop/web'],
  ])('puts and deletes one item for %s', async (_what, arn, sk) => {
    const { mock, ledger } = aLedger();
    mock.onAnyCommand().resolves({});
    await ledger.setPause(arn, true);
    await ledger.setPause(arn, false);
    expect(sent(mock)).toStrictEqual([
      ['PutItemCommand', { TableName, Item: { pk: { S: 'PAUSE' }, sk: { S: sk } } }],
      ['DeleteItemCommand', { TableName, Key: { pk: { S: 'PAUSE' }, sk: { S: sk } } }],
    ]);
  });

  it.each([
    ['neither', [], false],
    ['the service', [serviceArn], true],
    ['everything', ['ALL'], true],
    ['both', [serviceArn, 'ALL'], true],
  ])('holds when %s is paused', async (_what, pausedKeys, paused) => {
    const { mock, ledger } = aLedger();
    mock.on(GetItemCommand).resolves({});
    for (const sk of pausedKeys) {
      const Key = { pk: { S: 'PAUSE' }, sk: { S: sk } };
      mock.on(GetItemCommand, { Key }).resolves({ Item: Key });
    }
    await expect(ledger.isPaused(serviceArn)).resolves.toBe(paused);
    expect(sent(mock)).toStrictEqual([
      ['GetItemCommand', { TableName, Key: { pk: { S: 'PAUSE' }, sk: { S: serviceArn } }, ConsistentRead: true }],
      ['GetItemCommand', { TableName, Key: { pk: { S: 'PAUSE' }, sk: { S: 'ALL' } }, ConsistentRead: true }],
    ]);
  });
});

describe('checkpoints', () => {
  const Key = { pk: { S: 'CHECKPOINT#checkpoint-1' }, sk: { S: 'ITEM' } };

  it('are claimed by whoever is first, or after ten seconds without a publication', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({});
    await expect(ledger.claimCheckpoint(aCheckpoint)).resolves.toBe('claimed');
    expect(sent(mock)).toStrictEqual([
      [
        'UpdateItemCommand',
        {
          TableName,
          Key,
          UpdateExpression:
            'SET taskArn = :taskArn, requestedAtMs = :requestedAtMs, deadlineMs = :deadlineMs, claimedUntilMs = :until, expiresAt = :expiresAt',
          ConditionExpression:
            'attribute_not_exists(pk) OR (attribute_not_exists(publishedAtMs) AND claimedUntilMs <= :nowMs)',
          ExpressionAttributeValues: {
            ':taskArn': { S: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a' },
            ':requestedAtMs': { N: '1772366400000' },
            ':deadlineMs': { N: '1772366520000' },
            ':until': { N: '1772366410000' },
            ':nowMs': { N: '1772366400000' },
            // Three days on.
            ':expiresAt': { N: '1772625600' },
          },
        },
      ],
    ]);
  });

  it('are taken when the condition fails', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    await expect(ledger.claimCheckpoint(aCheckpoint)).resolves.toBe('taken');
  });

  it('are marked when published', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({});
    await ledger.checkpointPublished('checkpoint-1');
    expect(sent(mock)).toStrictEqual([
      [
        'UpdateItemCommand',
        {
          TableName,
          Key,
          UpdateExpression: 'SET publishedAtMs = :nowMs',
          ExpressionAttributeValues: { ':nowMs': { N: '1772366400000' } },
        },
      ],
    ]);
  });

  it('take the first report of their own task', async () => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).resolves({});
    await expect(ledger.reportCheckpoint(aReport)).resolves.toBe('recorded');
    expect(sent(mock)).toStrictEqual([
      [
        'UpdateItemCommand',
        {
          TableName,
          Key,
          UpdateExpression: 'SET outcome = :outcome, reportedAtMs = :reportedAtMs',
          ConditionExpression: 'taskArn = :taskArn AND attribute_not_exists(outcome)',
          ExpressionAttributeValues: {
            ':outcome': { S: 'completed' },
            ':reportedAtMs': { N: '1772366460000' },
            ':taskArn': { S: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a' },
          },
        },
      ],
    ]);
  });

  it.each([
    ['duplicate', 'its own task', { ...Key, taskArn: { S: 'arn:aws:ecs:us-east-1:111122223333:task/shop/a' } }],
    ['unknown', 'another task', { ...Key, taskArn: { S: 'arn:aws:ecs:us-east-1:111122223333:task/shop/b' } }],
    ['unknown', 'nobody', undefined],
  ])('call a report that was refused %s when it was requested of %s', async (outcome, _whom, item) => {
    const { mock, ledger } = aLedger();
    mock.on(UpdateItemCommand).rejects(conditionFailure);
    mock.on(GetItemCommand).resolves(item === undefined ? {} : { Item: item });
    await expect(ledger.reportCheckpoint(aReport)).resolves.toBe(outcome);
    expect(sent(mock)[1]).toStrictEqual(['GetItemCommand', { TableName, Key, ConsistentRead: true }]);
  });
});

describe('an error of DynamoDB', () => {
  const calls: Record<keyof Ledger, [operation: string, call: (ledger: Ledger) => Promise<unknown>]> = {
    recordTask: ['UpdateItem', (ledger) => ledger.recordTask(aTaskRecord('a'))],
    recordSignal: ['UpdateItem', (ledger) => ledger.recordSignal(aSignal)],
    enrolments: ['Query', (ledger) => ledger.enrolments()],
    enrolment: ['GetItem', (ledger) => ledger.enrolment(serviceArn)],
    enrol: ['PutItem', (ledger) => ledger.enrol({ arn: serviceArn, kind: 'service', tags: {} })],
    disenrol: ['DeleteItem', (ledger) => ledger.disenrol(serviceArn)],
    takeFence: ['UpdateItem', (ledger) => ledger.takeFence(serviceArn, 30_000)],
    readService: ['Query', (ledger) => ledger.readService(serviceArn)],
    saveControl: ['UpdateItem', (ledger) => ledger.saveControl(fence, initialControlState)],
    releaseFence: ['UpdateItem', (ledger) => ledger.releaseFence(fence)],
    recordDecision: ['UpdateItem', (ledger) => ledger.recordDecision(aDecision)],
    decisions: ['Query', (ledger) => ledger.decisions(serviceArn, 10)],
    setPause: ['PutItem', (ledger) => ledger.setPause(undefined, true)],
    isPaused: ['GetItem', (ledger) => ledger.isPaused(serviceArn)],
    claimCheckpoint: ['UpdateItem', (ledger) => ledger.claimCheckpoint(aCheckpoint)],
    checkpointPublished: ['UpdateItem', (ledger) => ledger.checkpointPublished('checkpoint-1')],
    reportCheckpoint: ['UpdateItem', (ledger) => ledger.reportCheckpoint(aReport)],
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
    ['reportCheckpoint', (ledger: Ledger) => ledger.reportCheckpoint(aReport)],
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
