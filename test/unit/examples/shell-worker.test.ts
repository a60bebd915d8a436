import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PutEvent, taskArn } from './aws-endpoint.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

const script = fileURLToPath(new URL('../../../examples/shell-worker/worker.sh', import.meta.url));
const checkpointId = 'ckpt-0a1b2c3d4e5f60718293a4b5c6d7e8f9';

/** As much of the AWS CLI as the worker uses: S3 is a folder, the bus a file. */
const awsCli = `#!/bin/sh
case "$1 $2 $3" in
  's3 cp -')
    if [ -e "$STORE/denied" ]; then echo 'upload failed: Access Denied' >&2; exit 1; fi
    object=$STORE/\${4#s3://}
    mkdir -p "\${object%/*}"
    cat >"$object" ;;
  's3 cp '*)
    [ "$4" = - ] && cat "$STORE/\${3#s3://}" ;;
  'events put-events --entries')
    [ "$5 $6 $7 $8" = '--query FailedEntryCount --output text' ] || exit 2
    if [ -e "$STORE/refused" ]; then rm "$STORE/refused"; echo 1; exit; fi
    printf '%s\\n' "$4" >>"$STORE/events"
    echo 0 ;;
  *) exit 2 ;;
esac
`;
const curl = `#!/bin/sh
[ "$*" = '-fsS http://metadata.test/v4/task' ] && echo '{"Cluster": "shop", "TaskARN": "${taskArn}", "Family": "count"}'
`;

let folder: string;
let worker: WorkerProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ballast-shell-worker-'));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin', 'aws'), awsCli, { mode: 0o755 });
  await writeFile(join(folder, 'bin', 'curl'), curl, { mode: 0o755 });
});

afterEach(async () => {
  worker?.kill('SIGKILL');
  await worker?.exit;
  await rm(folder, { recursive: true });
});

/** The worker in a container of the task `taskArn`, with these settings. */
function start(shell: string, settings: Readonly<Record<string, string>>): WorkerProcess {
  worker = startWorker(shell, [script], {
    PATH: `${join(folder, 'bin')}:/usr/bin:/bin`,
    STORE: folder,
    ECS_CONTAINER_METADATA_URI_V4: 'http://metadata.test/v4',
    CHECKPOINT_PREFIX: 's3://acme-jobs/checkpoints/shop',
    STEP_MS: '1',
    ...settings,
  });
  return worker;
}

async function objectAt(uri: unknown): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, String(uri).replace('s3://', '')), 'utf8'));
}

/** What the bus took, in order. */
async function events(): Promise<PutEvent[]> {
  const lines = (await readFile(join(folder, 'events'), 'utf8')).trim().split('\n');
  return lines.flatMap((line) => JSON.parse(line)).map((entry) => ({ ...entry, Detail: JSON.parse(entry.Detail) }));
}

const entry = (DetailType: string, told: Readonly<Record<string, unknown>>) => ({
  EventBusName: 'ballast',
  Source: 'ballast.task',
  DetailType,
  Detail: { checkpointId, taskArn, ...told },
});

const uriOf = (count: unknown) =>
  `s3://acme-jobs/checkpoints/shop/ckpt-0a1b2c3d4e5f60718293a4b5c6d7e8f9/${String(count)}.json`;

// On Debian `sh` is dash, elsewhere often bash: they differ in when a trap runs.
describe.each(['sh', 'bash'])('the example worker for the shell, run by %s', (shell) => {
  it('begins at 0, saves when it is told to stop, and goes on from there to the exact end', async () => {
    // Prepare
    const first = start(shell, { COUNT_TO: '100000', SAVE_EVERY: '2' });
    expect(await first.line(({ event }) => event === 'begin')).toEqual({ event: 'begin', count: 0, attempt: 0 });
    await first.line(({ event, count }) => event === 'saved' && count === 4);

    // Act
    first.kill('SIGTERM');
    expect(await first.exit).toEqual({ code: 0, signal: null });

    // Assess
    const count = Number(first.lines.find(({ event }) => event === 'sigterm')?.count);
    expect(count).toBeGreaterThanOrEqual(4);
    const told = await events();
    expect(told[0]).toEqual(entry('Checkpoint Completed', { attempt: 0, uri: uriOf(2) }));
    expect(told.at(-1)).toEqual(entry('Checkpoint Completed', { attempt: 0, uri: uriOf(count) }));
    expect(await objectAt(uriOf(count))).toEqual({ count, sum: (count * (count + 1)) / 2, attempt: 0, taskArn });

    // Act: the bus does not take the first report.
    await writeFile(join(folder, 'refused'), '');
    const second = start(shell, {
      COUNT_TO: '20',
      BALLAST_CHECKPOINT_URI: uriOf(count),
      BALLAST_CHECKPOINT_ID: checkpointId,
      BALLAST_RESUME_ATTEMPT: '1',
    });
    expect(await second.exit).toEqual({ code: 0, signal: null });

    // Assess
    expect(second.lines[0]).toEqual({ event: 'begin', count, attempt: 1, from: uriOf(count) });
    expect(await objectAt('s3://acme-jobs/checkpoints/shop/result.json')).toEqual({ count: 20, sum: 210, attempt: 1 });
    expect((await events()).slice(told.length)).toEqual([
      entry('Checkpoint Completed', { attempt: 1, finished: true }),
    ]);
  });

  it('saves at once in the middle of a long step', async () => {
    const { kill, line, exit } = start(shell, { STEP_MS: '600000' });
    await line(({ event }) => event === 'begin');
    kill('SIGTERM');
    expect(await exit).toEqual({ code: 0, signal: null });
  });
});

describe('the example worker for the shell', () => {
  it('works and saves on after SIGTERM where it is told to, until it is killed', async () => {
    const { kill, line, exit } = start('sh', { COUNT_TO: '100000', SAVE_EVERY: '2', AFTER_SIGTERM: 'work' });
    await line(({ event }) => event === 'saved');
    kill('SIGTERM');
    const { count } = await line(({ event }) => event === 'sigterm');
    await line(({ event, count: saved }) => event === 'saved' && Number(saved) >= Number(count) + 4);
    kill('SIGKILL');
    expect(await exit).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await events()).toContainEqual(entry('Checkpoint Completed', { attempt: 0, uri: uriOf(count) }));
  });

  it('tells that a state could not be saved', async () => {
    await writeFile(join(folder, 'denied'), '');
    const { kill, line, exit } = start('sh', {});
    await line(({ event }) => event === 'begin');
    kill('SIGTERM');
    expect(await exit).toEqual({ code: 1, signal: null });
    const [event, ...others] = await events();
    expect(others).toEqual([]);
    expect(event).toMatchObject({ DetailType: 'Checkpoint Failed' });
    expect(event?.Detail.reason).toMatch(
      /^s3:\/\/acme-jobs\/checkpoints\/shop\/ckpt-\w+\/\d+\.json could not be written$/,
    );
  });

  it('does not begin at 0 where the state that it is given cannot be read', async () => {
    const { exit, lines } = start('sh', { BALLAST_CHECKPOINT_URI: 's3://acme-jobs/checkpoints/gone.json' });
    expect((await exit).code).not.toBe(0);
    expect(lines).toEqual([]);
  });
});
