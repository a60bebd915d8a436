import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkpointIdOf } from '../../../shared/decisions/work.ts';
import { checkpointReport } from '../../../shared/events/checkpoint-report.ts';
import { aCheckpointReport } from '../../builders/events.ts';
import { type AwsEndpoint, startAwsEndpoint, taskArn } from './aws-endpoint.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

const script = fileURLToPath(new URL('../../../examples/node-worker/worker.mjs', import.meta.url));
const checkpointId = 'ckpt-0a1b2c3d4e5f60718293a4b5c6d7e8f9';

let aws: AwsEndpoint;
let worker: WorkerProcess | undefined;

beforeEach(async () => {
  aws = await startAwsEndpoint();
});

afterEach(async () => {
  worker?.kill('SIGKILL');
  await worker?.exit;
  await aws.close();
});

/** The worker in a container of the task `taskArn`, with these settings. */
function start(settings: Readonly<Record<string, string>>): WorkerProcess {
  worker = startWorker(process.execPath, [script], {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: aws.url,
    ECS_CONTAINER_METADATA_URI_V4: `${aws.url}/metadata`,
    CHECKPOINT_PREFIX: 's3://acme-jobs/checkpoints/shop',
    STEP_MS: '1',
    ...settings,
  });
  return worker;
}

/** The object that an S3 URI names. */
function objectAt(uri: unknown): unknown {
  return JSON.parse(aws.objects.get(String(uri).replace('s3://', '')) ?? 'null');
}

/** The entry that reports that state as saved. */
const savedEvent = (count: number) => ({
  EventBusName: 'ballast',
  Source: 'ballast.task',
  DetailType: 'Checkpoint Completed',
  Detail: {
    checkpointId,
    taskArn,
    attempt: 0,
    uri: `s3://acme-jobs/checkpoints/shop/ckpt-0a1b2c3d4e5f60718293a4b5c6d7e8f9/${count}.json`,
  },
});

const finishedEvent = {
  EventBusName: 'ballast',
  Source: 'ballast.task',
  DetailType: 'Checkpoint Completed',
  Detail: { checkpointId, taskArn, attempt: 1, finished: true },
};

describe('the example worker for Node.js', () => {
  it('names its checkpoint as Ballast does', () => {
    expect(checkpointIdOf(taskArn)).toBe(checkpointId);
  });

  it('begins at 0, saves when it is told to stop, and goes on from there to the exact end', async () => {
    // Prepare
    const first = start({ COUNT_TO: '100000', SAVE_EVERY: '20' });
    expect(await first.line(({ event }) => event === 'begin')).toEqual({ event: 'begin', count: 0, attempt: 0 });
    await first.line(({ event, count }) => event === 'saved' && count === 40);

    // Act
    first.kill('SIGTERM');
    expect(await first.exit).toEqual({ code: 0, signal: null });

    // Assess
    const count = Number(first.lines.find(({ event }) => event === 'sigterm')?.count);
    expect(count).toBeGreaterThanOrEqual(40);
    expect(aws.events.slice(0, 2)).toEqual([savedEvent(20), savedEvent(40)]);
    expect(aws.events.at(-1)).toEqual(savedEvent(count));
    const { uri } = savedEvent(count).Detail;
    expect(objectAt(uri)).toEqual({ count, sum: (count * (count + 1)) / 2, attempt: 0, taskArn });

    // Prepare
    const told = { BALLAST_CHECKPOINT_URI: uri, BALLAST_CHECKPOINT_ID: checkpointId, BALLAST_RESUME_ATTEMPT: '1' };
    aws.events.length = 0;
    aws.refuseEvents(1);

    // Act
    const second = start({ COUNT_TO: '300', ...told });
    expect(await second.exit).toEqual({ code: 0, signal: null });

    // Assess
    expect(second.lines[0]).toEqual({ event: 'begin', count, attempt: 1, from: uri });
    expect(objectAt('s3://acme-jobs/checkpoints/shop/result.json')).toEqual({ count: 300, sum: 45150, attempt: 1 });
    // What the bus did not take is reported again.
    expect(second.lines.find(({ event }) => event === 'report_refused')).toMatchObject({ tries: 1 });
    expect(aws.events).toEqual([finishedEvent]);
    expect(checkpointReport(aCheckpointReport(finishedEvent.Detail), 0)).toMatchObject({ attempt: 1, finished: true });
  });

  it('works and saves on after SIGTERM where it is told to, until it is killed', async () => {
    const { kill, line, lines, exit } = start({ COUNT_TO: '100000', SAVE_EVERY: '10', AFTER_SIGTERM: 'work' });
    await line(({ event }) => event === 'reported');
    aws.slowNextWrite();
    kill('SIGTERM');
    const { count } = await line(({ event }) => event === 'sigterm');
    await line(({ event, count: saved }) => event === 'saved' && Number(saved) >= Number(count) + 20);
    kill('SIGKILL');
    expect(await exit).toEqual({ code: null, signal: 'SIGKILL' });
    expect(lines.filter(({ event }) => event === 'sigterm')).toHaveLength(1);
    expect(aws.events).toContainEqual(savedEvent(Number(count)));
    // What is reported last is what was saved last.
    const uris = aws.events.map(({ Detail: { uri } }) => Number(/(\d+)\.json$/.exec(String(uri))?.[1]));
    expect(uris).toEqual(uris.toSorted((a, b) => a - b));
  });

  it('tells why a state could not be saved', async () => {
    aws.denyWrites();
    const { kill, line, exit } = start({});
    await line(({ event }) => event === 'begin');
    kill('SIGTERM');
    expect(await exit).toEqual({ code: 1, signal: null });
    expect(aws.events).toEqual([
      {
        EventBusName: 'ballast',
        Source: 'ballast.task',
        DetailType: 'Checkpoint Failed',
        Detail: { checkpointId, taskArn, attempt: 0, reason: 'AccessDenied: not yours' },
      },
    ]);
  });

  it('does not begin at 0 where the state that it is given cannot be read', async () => {
    const { exit, lines } = start({ BALLAST_CHECKPOINT_URI: 's3://acme-jobs/checkpoints/gone.json' });
    expect(await exit).toMatchObject({ code: 1 });
    expect(lines).toEqual([]);
    expect(aws.events).toEqual([]);
  });
});
