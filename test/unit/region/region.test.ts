import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { createProcessContainers } from '../../../local/region/process-containers.ts';
import { type Region, type RegionOptions, startRegion } from '../../../local/region/region.ts';
import type { AwsCall } from '../../../local/region/wire.ts';
import { aJob, aStage, describedTask, first, pick, registerJob, type Stage } from '../../builders/world.ts';

/* A region around a template of a few lines: what the stack's own template has no part in. */

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Tasks are RUNNING three seconds after their launch. */
async function aRegion(
  resources: Readonly<Record<string, unknown>>,
  options: Partial<RegionOptions> & { readonly files?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly stage: Stage; readonly region: Region; readonly dir: string }> {
  const { files = {}, ...rest } = options;
  const dir = mkdtempSync(join(tmpdir(), 'ballast-region-'));
  ends.push(() => rmSync(dir, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const templateFile = join(dir, 'template.json');
  writeFileSync(templateFile, JSON.stringify({ Resources: resources }));
  const stage = aStage({ switches: { launchToHealthyMs: [4_000, 4_000] } });
  registerJob(stage);
  const region = await startRegion({ templateFile, codeDir: dir, world: stage.world, speed: 20, ...rest });
  ends.push(() => region.stop());
  return { stage, region, dir };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const startedMs = Date.now(); !holds(); ) {
    if (Date.now() - startedMs > 15_000) throw new Error(`not within 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const queue = (name: string) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName: name } });
const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe('the region', () => {
  it('invokes a function that is new in the template, batch by batch, from its queue', async () => {
    const logs: string[][] = [];
    const { region } = await aRegion(
      {
        LooksQueue: queue('looks'),
        Look: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'brand-new', Handler: 'look.handler' } },
        LookMapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            EventSourceArn: arn('LooksQueue'),
            FunctionName: arn('Look'),
            BatchSize: 2,
            FunctionResponseTypes: ['ReportBatchItemFailures'],
          },
        },
      },
      {
        files: {
          'look.mjs':
            'export const handler = async ({ Records }) => { console.log(Records.map(({ body }) => body).join()); return { batchItemFailures: [] }; };',
        },
        on: { log: (...line) => logs.push(line) },
      },
    );

    for (const body of ['a', 'b', 'c']) await region.queues.send(region.queues.arnOf('LooksQueue'), body);
    const bodies = () => logs.flatMap(([, line = '']) => line.split(','));
    await until('all bodies', () => bodies().length >= 3);

    expect(bodies().sort()).toEqual(['a', 'b', 'c']);
    expect(new Set(logs.map(([name]) => name))).toEqual(new Set(['brand-new']));
    expect(Math.max(...logs.map(([, line = '']) => line.split(',').length))).toBeLessThanOrEqual(2);
  });

  it('delivers an event as often and as late as it is told', async () => {
    const delivered: [status: unknown, seconds: number][] = [];
    let launchedAtMs = 0;
    const { stage } = await aRegion(
      {},
      {
        deliveries: ({ detail }) =>
          detail.lastStatus === 'RUNNING' ? [20_000, 0] : detail.lastStatus === 'PENDING' ? [] : [0],
        on: {
          event: (_bus, { detail }) => delivered.push([detail.lastStatus, (stage.world.nowMs - launchedAtMs) / 1000]),
        },
      },
    );

    launchedAtMs = stage.world.nowMs;
    aJob(stage);
    await until('four deliveries', () => delivered.length >= 4);

    expect(delivered).toEqual([
      ['PROVISIONING', 0],
      ['ACTIVATING', 2.4],
      ['RUNNING', 3],
      ['RUNNING', 23],
    ]);
  });

  it('hands Lambda hooks and objects to the wire', async () => {
    const { region } = await aRegion({}, { lambdaHooks: { save: async (payload) => ({ payload }) } });
    const settings = { endpoint: region.endpoint, region: 'us-east-1', maxAttempts: 1 };
    const signing = { accessKeyId: 'TEST', secretAccessKey: 'local' };
    const lambda = new LambdaClient({ ...settings, credentials: signing });
    const s3 = new S3Client({ ...settings, credentials: signing, forcePathStyle: true });

    const answer = await lambda.send(new InvokeCommand({ FunctionName: 'save', Payload: '7' }));
    await s3.send(new PutObjectCommand({ Bucket: 'saves', Key: 'key', Body: 'state' }));

    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({ payload: 7 });
    expect(region.objects.get('saves/key')?.toString()).toBe('state');
  });

  it('refuses who signs with another secret than the one that it gives', async () => {
    const calls: AwsCall[] = [];
    const { region } = await aRegion({}, { on: { awsCall: (call) => calls.push(call) } });
    const ecs = new ECSClient({
      endpoint: region.endpoint,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'TEST', secretAccessKey: 'another' },
    });

    await expect(ecs.send(new ListTasksCommand({}))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      $metadata: { httpStatusCode: 403 },
    });
    expect(calls).toMatchObject([{ caller: 'TEST', service: 'ecs', error: 'InvalidSignatureException' }]);
  });
});

describe('a container that exits', () => {
  it("does so at the region's present, though nobody has looked at the world since", async () => {
    const { stage, region } = await aRegion({});
    const exits: ((exitCode: number) => void)[] = [];
    region.runContainersWith({
      start: (_task, exit) => {
        exits.push(exit);
        return { terminate: () => undefined, kill: () => undefined };
      },
    });
    const task = aJob(stage);
    await until('the container', () => exits.length > 0);

    // A busy machine: the world's pump cannot run for two seconds of the region's.
    for (const startedMs = performance.now(); performance.now() - startedMs < 100; );
    const nowMs = region.clock.nowMs();
    const behindMs = nowMs - stage.world.nowMs;
    first(exits)(0);

    expect(behindMs).toBeGreaterThan(1_000);
    expect(Number(pick(describedTask(stage, task), 'stoppingAt'))).toBeGreaterThanOrEqual(nowMs);
  });
});

describe('jobs as real processes in a region', () => {
  const script = `
    const metadata = await (await fetch(process.env.ECS_CONTAINER_METADATA_URI_V4 + '/task')).json();
    console.log('task ' + metadata.TaskARN + ' ' + metadata.KnownStatus);
    if (process.env.ENDS === 'at once') process.exit(4);
    process.on('SIGTERM', () => {
      console.log('saving');
      if (process.env.ENDS === 'on SIGTERM') process.exit(0);
    });
    setInterval(() => {}, 1000);
  `;

  async function aRunningJob(ends_: string) {
    const lines: string[] = [];
    const { stage, region, dir } = await aRegion({}, { files: { 'job.mjs': script } });
    const containers = createProcessContainers({
      commandFor: () => ({ file: process.execPath, args: [join(dir, 'job.mjs')] }),
      endpoint: region.endpoint,
      region: 'us-east-1',
      onLine: (_task, line) => lines.push(line),
    });
    ends.push(() => containers.stop());
    region.runContainersWith(containers);
    const task = aJob(stage, {
      overrides: { containerOverrides: [{ name: 'job', environment: [{ name: 'ENDS', value: ends_ }] }] },
    });
    await until('the process', () => lines.length > 0);
    const outcome = async () => {
      await until('STOPPED', () => pick(describedTask(stage, task), 'lastStatus') === 'STOPPED');
      const shown = describedTask(stage, task);
      const seconds = (Number(pick(shown, 'stoppedAt')) - Number(pick(shown, 'stoppingAt'))) / 1000;
      return { stopCode: pick(shown, 'stopCode'), exitCode: pick(shown, 'containers', 0, 'exitCode'), seconds };
    };
    return { stage, region, task, lines, outcome };
  }

  it('asks who it is, and ends its task with its exit code', async () => {
    const { task, lines, outcome } = await aRunningJob('at once');

    const { stopCode, exitCode, seconds } = await outcome();

    expect(lines).toEqual([`task ${task} RUNNING`]);
    expect([stopCode, exitCode]).toEqual(['EssentialContainerExited', 4]);
    // From the end of the container to STOPPED.
    expect(seconds).toBe(5);
  });

  it('saves on SIGTERM when it is reclaimed', async () => {
    const { stage, task, lines, outcome } = await aRunningJob('on SIGTERM');

    stage.world.market.reclaim(task);
    const { stopCode, exitCode, seconds } = await outcome();

    expect(lines.at(-1)).toBe('saving');
    expect([stopCode, exitCode]).toEqual(['SpotInterruption', 0]);
    expect(seconds).toBeLessThan(35);
  });

  it('is killed after stopTimeout', async () => {
    const { stage, task, lines, outcome } = await aRunningJob('never');

    stage.world.market.reclaim(task);
    const { stopCode, exitCode, seconds } = await outcome();

    expect(lines.at(-1)).toBe('saving');
    expect([stopCode, exitCode, seconds]).toEqual(['SpotInterruption', 137, 35]);
  });
});
