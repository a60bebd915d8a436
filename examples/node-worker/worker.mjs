// Adds up the numbers from 1 to COUNT_TO and survives Fargate Spot: saves its state when it is told to stop, reports
// where, and goes on from there when Ballast starts it again. The contract: docs/checkpoint-protocol.md.
import { setTimeout as sleep } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const { env } = process;
const countTo = Number(env.COUNT_TO ?? 1000);
const stepMs = Number(env.STEP_MS ?? 100);
/** s3://bucket/path. Where policy.yml gives the hook a `uri`: `<uri>/<cluster name>`. */
const prefix = env.CHECKPOINT_PREFIX ?? fail('CHECKPOINT_PREFIX is not set');
/** Numbers between two saves; 0: only when told to stop. */
const saveEvery = Number(env.SAVE_EVERY ?? 0);
const busName = env.BUS_NAME ?? 'ballast';
/** After SIGTERM: `exit`, or `work` on until SIGKILL. */
const exits = env.AFTER_SIGTERM !== 'work';
/** How often this job has been started again. */
const attempt = Number(env.BALLAST_RESUME_ATTEMPT ?? 0);

const s3 = new S3Client({});
const events = new EventBridgeClient({});

let taskArn = '';
let checkpointId = '';
let state = { count: 0, sum: 0 };
let stopping = false;

/** One thing at a time: what is reported last is what was saved last. */
let last = Promise.resolve();
function inTurn(step) {
  last = last.then(step);
  return last;
}

// Before anything is awaited: as PID 1, Node without a handler ignores SIGTERM.
process.on('SIGTERM', async () => {
  stopping = exits;
  log('sigterm', { count: state.count });
  const saved = await inTurn(save);
  if (exits) process.exit(saved ? 0 : 1);
});

await inTurn(begin);
while (state.count < countTo && !stopping) {
  const count = state.count + 1;
  state = { count, sum: state.sum + count };
  if (saveEvery > 0 && count % saveEvery === 0) await inTurn(save);
  await sleep(stepMs);
}
if (!stopping) {
  await inTurn(finish);
  process.exit(0);
}

/** Throws where the state cannot be read: better no start than one that begins at 0 and seems right. */
async function begin() {
  const task = await (await fetch(`${env.ECS_CONTAINER_METADATA_URI_V4}/task`)).json();
  taskArn = task.TaskARN;
  checkpointId = `ckpt-${taskArn.split('/').at(-1)}`;
  const from = env.BALLAST_CHECKPOINT_URI;
  if (from) {
    const { Body } = await s3.send(new GetObjectCommand(s3Place(from)));
    const { count, sum } = JSON.parse(await Body.transformToString());
    if (!Number.isInteger(count) || !Number.isInteger(sum)) fail(`no state of this job: ${from}`);
    state = { count, sum };
  }
  log('begin', { count: state.count, attempt, from });
}

/** Written first, reported after, each state under its own key: what was reported is there, whole, and stays. */
async function save() {
  const { count, sum } = state;
  const uri = `${prefix}/${checkpointId}/${count}.json`;
  try {
    await write(uri, { count, sum, attempt, taskArn });
  } catch (error) {
    log('save_failed', { count, error: String(error) });
    await report('Checkpoint Failed', { reason: String(error).slice(0, 2048) });
    return false;
  }
  log('saved', { count, uri });
  await report('Checkpoint Completed', { uri });
  return true;
}

async function finish() {
  await write(`${prefix}/result.json`, { ...state, attempt });
  // Without `finished` a Spot stop at this moment would have the job done once more.
  await report('Checkpoint Completed', { finished: true });
  log('finished', state);
}

/** A report that does not arrive costs work, not correctness: it is logged and the job goes on. */
async function report(DetailType, told) {
  const Detail = JSON.stringify({ checkpointId, taskArn, attempt, ...told });
  const Entries = [{ EventBusName: busName, Source: 'ballast.task', DetailType, Detail }];
  for (let tries = 1; tries <= 3; tries += 1) {
    try {
      const answer = await events.send(new PutEventsCommand({ Entries }));
      // PutEvents answers 200 also when it took nothing.
      if (!answer.FailedEntryCount) return log('reported', { DetailType, ...told });
      log('report_refused', { tries, ...answer.Entries?.[0] });
    } catch (error) {
      log('report_failed', { tries, error: String(error) });
    }
    await sleep(200 * tries);
  }
}

async function write(uri, value) {
  await s3.send(new PutObjectCommand({ ...s3Place(uri), Body: JSON.stringify(value) }));
}

function s3Place(uri) {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? fail(`not an S3 URI: ${uri}`);
  return { Bucket, Key };
}

function log(event, members) {
  console.log(JSON.stringify({ event, ...members }));
}

function fail(message) {
  throw new Error(message);
}
