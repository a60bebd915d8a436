import type { SQSRecord } from 'aws-lambda';
import {
  aNotice,
  aServiceAction,
  aSpotPlacementFailure,
  aTaskStateChange,
  type BuiltEvent,
} from '../../test/builders/events.ts';
import { nameOf, type Stage, type StagedTask } from './stage.ts';

export type Sensor = 'on-spot-notice' | 'on-task-state-change' | 'on-service-action';

/** A message of a sensor's queue, and what must be in the ledger once it is acknowledged. */
export interface Message {
  readonly sensor: Sensor;
  readonly record: SQSRecord;
  readonly fact: Fact;
}

export type Fact =
  | { readonly kind: 'notice' | 'change'; readonly task: StagedTask }
  | { readonly kind: 'action'; readonly serviceArn: string; readonly eventId: string };

const batchSize = 10;

/**
 * Messages in equal parts of the three kinds, in batches as SQS hands them out. They are made when they are asked for,
 * so that no more of them are in memory than a function would have.
 * @param count a multiple of three may be exceeded by up to two.
 */
export function* batchesOf(stage: Stage, count: number): Generator<readonly Message[]> {
  const each = Math.ceil(count / 3);
  if (each > stage.tasks.length) throw new Error(`there are only ${stage.tasks.length} tasks to take back`);
  for (let from = 0; from < each; from += batchSize) {
    const indices = Array.from({ length: Math.min(batchSize, each - from) }, (_, offset) => from + offset);
    yield indices.map((index) => change(stage, index));
    yield indices.map((index) => notice(stage, index));
    yield indices.map((index) => action(stage, index));
  }
}

/** A task that had come up before, or one whose notice came earlier and that has stopped now. */
function change(stage: Stage, index: number): Message {
  const hasStopped = index % 2 === 1;
  const task = taskAt(stage, hasStopped ? index - 1 : index);
  const detail = { ...detailOf(stage, task), version: hasStopped ? 6 : 4 };
  const event = hasStopped
    ? aNotice({ ...detail, lastStatus: 'STOPPED' }, envelope(stage, `c-${index}`))
    : aTaskStateChange(detail, envelope(stage, `c-${index}`));
  return { sensor: 'on-task-state-change', record: recordOf(event), fact: { kind: 'change', task } };
}

function notice(stage: Stage, index: number): Message {
  const task = taskAt(stage, index);
  const event = aNotice({ ...detailOf(stage, task), version: 5 }, envelope(stage, `n-${index}`));
  return { sensor: 'on-spot-notice', record: recordOf(event), fact: { kind: 'notice', task } };
}

/** Spot has nothing for the service, or it is steady. */
function action(stage: Stage, index: number): Message {
  const { serviceArn } = taskAt(stage, index);
  const build = index % 2 === 0 ? aSpotPlacementFailure : aServiceAction;
  const event = build({ clusterArn: stage.clusterArn }, { ...envelope(stage, `a-${index}`), resources: [serviceArn] });
  const whole = { ...event, resources: [serviceArn] };
  return {
    sensor: 'on-service-action',
    record: recordOf(whole),
    fact: { kind: 'action', serviceArn, eventId: event.id },
  };
}

function taskAt({ tasks }: Stage, index: number): StagedTask {
  const task = tasks[index];
  if (task === undefined) throw new Error(`no task ${index}`);
  return task;
}

function detailOf({ clusterArn }: Stage, { taskArn, serviceArn }: StagedTask) {
  return { taskArn, clusterArn, group: `service:${nameOf(serviceArn)}` };
}

function envelope({ world }: Stage, id: string) {
  return { id, time: new Date(Math.floor(world.nowMs / 1000) * 1000).toISOString() };
}

function recordOf(event: BuiltEvent): SQSRecord {
  return sqsRecord(`m-${event.id}`, JSON.stringify(event));
}

/** @param body of an event or of a decision request. */
export function sqsRecord(messageId: string, body: string): SQSRecord {
  return {
    messageId,
    body,
    receiptHandle: messageId,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:111122223333:bench',
    awsRegion: 'us-east-1',
  };
}
