import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProcessContainers, type ProcessContainers } from '../../local/region/process-containers.ts';
import { type Region, startRegion } from '../../local/region/region.ts';
import type { AwsCall } from '../../local/region/wire.ts';
import { createCluster, network } from '../../local/scenarios/stage.ts';
import { rngOf } from '../../local/world/rng.ts';
import { createWorld, type EventBridgeEvent, type World } from '../../local/world/world.ts';

/** The example worker itself, as a process of this machine, under the deployed bundles in the embedded region. */

const startMs = Date.parse('2026-03-01T09:00:00Z');
const root = new URL('../../', import.meta.url);
const minute = 60_000;
const countTo = 900;
const reclaims = 5;
/** SIGTERM does not reach the program then, as under a shell that is PID 1. */
const unheard = [2, 4];

const rng = rngOf(5, 'resume');
const told: EventBridgeEvent[] = [];
const calls: AwsCall[] = [];
const logs: Record<string, unknown>[] = [];
/** What the workers wrote, with the task that wrote it. */
const lines: { readonly taskArn: string; readonly line: Record<string, unknown> }[] = [];
let world: World;
let region: Region;
let containers: ProcessContainers;
let clusterArn: string;

beforeAll(async () => {
  world = createWorld({ seed: 5, startMs, switches: { launchToHealthyMs: [8_000, 16_000] } });
  clusterArn = createCluster(world, 'jobs');
  for (const [family, tags] of Object.entries({
    count: { 'ballast:checkpoint': 'in-task', 'ballast:resume': 'true', 'ballast:max-resumes': '9' },
    step: { 'ballast:checkpoint': 'in-task', 'ballast:resume': 'true' },
    plain: { 'ballast:checkpoint': 'in-task' },
  })) {
    world.call('ecs', 'RegisterTaskDefinition', {
      family,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        {
          name: family,
          image: `111122223333.dkr.ecr.us-east-1.amazonaws.com/${family}:1`,
          stopTimeout: 15,
          environment: Object.entries({
            COUNT_TO: String(countTo),
            STEP_MS: '20',
            SAVE_EVERY: '10',
            CHECKPOINT_PREFIX: 's3://checkpoints/count',
            AFTER_SIGTERM: 'work',
          }).map(([name, value]) => ({ name, value })),
        },
      ],
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    });
  }
  region = await startRegion({
    templateFile: fileURLToPath(new URL('.serverless/cloudformation-template-update-stack.json', root)),
    codeDir: fileURLToPath(root),
    world,
    speed: 30,
    // Every event three times; a copy may come long after those that followed it.
    deliveries: () => [rng.between(0, 2_000), rng.between(0, 10_000), rng.between(0, 60_000)],
    on: {
      log: (_functionName, line) => logs.push(parsed(line)),
      awsCall: (call) => calls.push(call),
      event: (busName, event) => busName === 'default' && told.push(event),
    },
  });
  let heard = 0;
  containers = createProcessContainers({
    commandFor: ({ family }) =>
      family === 'count'
        ? { file: process.execPath, args: [fileURLToPath(new URL('examples/node-worker/worker.mjs', root))] }
        : undefined,
    endpoint: region.endpoint,
    region: 'us-east-1',
    onLine: ({ taskArn }, line) => lines.push({ taskArn, line: parsed(line) }),
    signals() {
      heard += 1;
      return !unheard.includes(heard);
    },
  });
  region.runContainersWith(containers);
  // The task definitions are found by the first pass of reconcile.
  await region.until(startMs + 1.5 * minute);
  // A millisecond of this machine is long at a high speed.
  region.clock.setSpeed(8);
}, 60_000);

afterAll(async () => {
  await region.stop();
  await containers.stop();
});

async function waitUntil(what: string, holds: () => boolean): Promise<void> {
  const untilMs = Date.now() + 40_000;
  while (!holds()) {
    if (Date.now() > untilMs) throw new Error(`not within 40 s: ${what}\n${said().join('\n')}`);
    await sleep(20);
  }
}

/** A line that is no JSON is told as it is. */
function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : { line };
  } catch {
    return { line };
  }
}

/** What workers and functions said last. */
function said(): string[] {
  return [...lines.map(({ line }) => line), ...logs].slice(-40).map((line) => JSON.stringify(line).slice(0, 300));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function begins() {
  return lines.filter(({ line }) => line.event === 'begin');
}

function runTask(family: string): string {
  const { tasks } = world.call('ecs', 'RunTask', {
    cluster: clusterArn,
    taskDefinition: family,
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    networkConfiguration: network,
  });
  return Array.isArray(tasks) ? String(tasks[0].taskArn) : '';
}

/** Tasks of the family that ECS told of. */
function tasksOf(family: string): Set<string> {
  return new Set(
    told
      .filter(({ detail }) => String(detail.taskDefinitionArn).includes(`task-definition/${family}:`))
      .map(({ detail }) => String(detail.taskArn)),
  );
}

function resumes() {
  return calls.filter(({ action, caller }) => action === 'RunTask' && caller === 'ResumeLambdaFunction');
}

/** The newest state that Ballast took note of for the task, as its log says. */
function lastNoted(taskArn: string): unknown {
  return logs
    .filter(({ message, taskArn: of, uri }) => message === 'checkpoint reported' && of === taskArn && uri !== undefined)
    .filter(({ became }) => became === 'completed' || became === 'early' || became === 'updated')
    .at(-1)?.uri;
}

describe('a counting job on Fargate Spot', { timeout: 180_000 }, () => {
  it('is reclaimed five times, killed hard, started again each time, and ends with the exact sum', async () => {
    runTask('count');
    for (let nth = 1; nth <= reclaims; nth += 1) {
      await waitUntil(`start ${nth}`, () => begins().length === nth);
      await sleep(rng.between(100, 1_200));
      world.advanceTo(region.clock.nowMs());
      const taskArn = begins().at(-1)?.taskArn ?? '';
      world.market.reclaim(taskArn);
    }
    await waitUntil('the end', () => lines.some(({ line }) => line.event === 'finished'));

    const result: unknown = JSON.parse(region.objects.get('checkpoints/count/result.json')?.toString() ?? '{}');
    expect(result).toEqual({ count: 900, sum: 405_450, attempt: 5 });
    const ends = told.filter(({ detail }) => detail.lastStatus === 'STOPPED' && detail.stopCode === 'SpotInterruption');
    expect(new Set(ends.map(({ detail }) => JSON.stringify(pick(detail.containers, 'exitCode'))))).toEqual(
      new Set(['137']),
    );
  });

  it('began each time where the last checkpoint that was noted had ended', () => {
    const starts = begins();
    expect(starts.map(({ line }) => line.attempt)).toEqual([0, 1, 2, 3, 4, 5]);
    const from = starts.slice(1).map(({ line }) => line.from);
    expect(from).toEqual(starts.slice(0, -1).map(({ taskArn }) => lastNoted(taskArn)));
    expect(new Set(from).size).toBe(reclaims);
  });

  it('got one new task for each interruption, although every event came three times and out of order', async () => {
    // The last copies of the events come a minute late.
    region.clock.setSpeed(20);
    await region.until(region.clock.nowMs() + 2 * minute);
    expect(tasksOf('count').size).toBe(1 + reclaims);
    expect(new Set(resumes().map(({ input }) => input.clientToken)).size).toBe(reclaims);
    expect(logs.filter(({ message }) => message === 'task resumed').length).toBe(reclaims);
  });

  it('is not what becomes of a task that Step Functions started, or of one without its own opt-in', async () => {
    const before = resumes().length;
    const plain = runTask('plain');
    const { tasks } = world.runTaskAs('AWS Step Functions', {
      cluster: clusterArn,
      taskDefinition: 'step',
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
      networkConfiguration: network,
    });
    const step = Array.isArray(tasks) ? String(tasks[0].taskArn) : '';
    await region.until(region.clock.nowMs() + 1 * minute);
    world.advanceTo(region.clock.nowMs());
    for (const taskArn of [plain, step]) world.market.reclaim(taskArn);
    await waitUntil('the job of Step Functions to be held', () =>
      logs.some(({ message, taskArn, reason }) => {
        return message === 'task not resumed' && taskArn === step && reason === 'owned_by_orchestrator';
      }),
    );
    await region.until(region.clock.nowMs() + 2 * minute);
    expect(resumes().length).toBe(before);
    expect([tasksOf('plain').size, tasksOf('step').size]).toEqual([1, 1]);
  });

  it('leaves nothing behind in a dead-letter queue', () => {
    // A copy that comes while the first is still at it is delivered again, which is no harm.
    const isEarlyCopy = (line: object) => JSON.stringify(line).includes('somebody else asks for');
    expect(logs.filter((line) => line.level === 'ERROR' && !isEarlyCopy(line))).toEqual([]);
  });
});

function pick(list: unknown, member: string): unknown {
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  return typeof first === 'object' && first !== null
    ? Object.entries(first).find(([key]) => key === member)?.[1]
    : undefined;
}
