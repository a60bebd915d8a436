import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { DescribeServicesCommand, ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Region, startRegion } from '../../local/region/region.ts';
import type { AwsCall } from '../../local/region/wire.ts';
import { createCluster, createService } from '../../local/scenarios/stage.ts';
import { createWorld, type EventBridgeEvent, type World } from '../../local/world/world.ts';
import { elementsOf } from '../builders/parsed-html.ts';

/** The deployed bundles in the embedded region, over the wire. */

const startMs = Date.parse('2026-03-01T09:00:00Z');
const root = new URL('../../', import.meta.url);
const minute = 60_000;

const client = { region: 'us-east-1', credentials: { accessKeyId: 'TEST', secretAccessKey: 'local' }, maxAttempts: 1 };

let world: World;
let region: Region;
let ecs: ECSClient;
let sqs: SQSClient;
let clusterArn: string;
let webArn: string;
const logs: Record<string, unknown>[] = [];
const calls: AwsCall[] = [];
const events: EventBridgeEvent[] = [];

beforeAll(async () => {
  world = createWorld({ seed: 3, startMs });
  clusterArn = createCluster(world, 'shop');
  webArn = createService(world, clusterArn, {
    name: 'web',
    desiredCount: 4,
    tags: { 'ballast:managed': 'true', 'ballast:mode': 'act', 'ballast:checkpoint': 'in-task' },
  });
  createService(world, clusterArn, { name: 'plain', desiredCount: 4 });
  world.advanceTo(startMs + 2 * minute);
  region = await startRegion({
    templateFile: fileURLToPath(new URL('.serverless/cloudformation-template-update-stack.json', root)),
    codeDir: fileURLToPath(root),
    world,
    speed: 20,
    on: {
      log: (_functionName, line) => logs.push(JSON.parse(line)),
      awsCall: (call) => calls.push(call),
      event: (_busName, event) => events.push(event),
    },
  });
  ecs = new ECSClient({ ...client, endpoint: region.endpoint });
  sqs = new SQSClient({ ...client, endpoint: region.endpoint });
  await region.until(startMs + 2.5 * minute);
}, 30_000);

afterAll(async () => {
  ecs.destroy();
  sqs.destroy();
  await region.stop();
});

function decisions(): Record<string, unknown>[] {
  return logs.filter(({ message }) => message === 'decision');
}

async function waitUntil(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > untilMs) throw new Error(`not within 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the embedded region', { timeout: 40_000 }, () => {
  it('answers the SDK in AWS’s shapes: dates, failures, named errors', async () => {
    const { services = [], failures } = await ecs.send(
      new DescribeServicesCommand({ cluster: clusterArn, services: ['web', 'nobody'], include: ['TAGS'] }),
    );
    expect(services[0]?.createdAt).toEqual(new Date(startMs));
    expect(services[0]?.tags).toContainEqual({ key: 'ballast:managed', value: 'true' });
    expect(failures).toEqual([{ arn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/nobody', reason: 'MISSING' }]);
    const change = new UpdateServiceCommand({
      cluster: clusterArn,
      service: 'plain',
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
    });
    await expect(ecs.send(change)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('you must force a new deployment'),
    });
  });

  it('answers Elastic Load Balancing’s query protocol', async () => {
    const arn = world.createTargetGroup('api');
    world.call('elasticloadbalancing', 'RegisterTargets', {
      TargetGroupArn: arn,
      Targets: [{ Id: '10.0.0.9', Port: 8080 }],
    });
    const balancing = new ElasticLoadBalancingV2Client({ ...client, endpoint: region.endpoint });
    const { TargetHealthDescriptions } = await balancing.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }));
    expect(TargetHealthDescriptions).toMatchObject([{ Target: { Id: '10.0.0.9', Port: 8080 } }]);
  });

  it('enrols what is tagged and leaves the rest alone', async () => {
    await waitUntil('a decision about web', () => decisions().length > 0);
    expect(new Set(decisions().map(({ serviceArn }) => serviceArn))).toEqual(new Set([webArn]));
  });

  it('makes a bridge at 0 once and deletes it, to know that it can be made', async () => {
    await waitUntil('the trial’s end', () => calls.some(({ action }) => action === 'DeleteService'));
    expect(bridgeCalls().map(({ input }) => [input.serviceName, input.desiredCount])).toEqual([['ballast-web-g1', 0]]);
  });

  it('answers a notice with exactly the missing tasks and a checkpoint request', async () => {
    world.market.setCapacity('FARGATE_SPOT', 4);
    const [victim] = await spotTasksOf('web');
    if (victim === undefined) throw new Error('web has no task');
    world.market.reclaim(victim);
    await waitUntil('a bridge', () => bridgeCalls().length > 1);
    expect(bridgeCalls().map(({ input }) => [input.serviceName, input.desiredCount])).toEqual([
      ['ballast-web-g1', 0],
      ['ballast-web-g2', 1],
    ]);
    await waitUntil('a checkpoint request', () =>
      events.some((event) => event['detail-type'] === 'Checkpoint Requested'),
    );
    expect(
      events.filter((event) => event['detail-type'] === 'Checkpoint Requested').map(({ detail }) => detail.taskArn),
    ).toEqual([victim]);
    expect(
      calls
        .filter(
          ({ service, input }) =>
            service === 'ecs' && JSON.stringify(input).includes('plain') && input.cluster !== undefined,
        )
        .every(({ caller }) => caller === 'TEST'),
    ).toBe(true);
  });

  it('changes nothing when the same notice comes ten times more', async () => {
    const notice = events.find((event) => event.detail.stopCode === 'SpotInterruption');
    if (notice === undefined) throw new Error('there was no notice');
    const before = writes().length;
    // Functions start cold at this machine's speed: a fast clock would take that for a timeout.
    region.clock.setSpeed(4);
    for (let times = 0; times < 10; times += 1) await region.putEvent(notice);
    await waitUntil('all of them', async () => (await region.queues.visible('SpotNoticeQueue')) === 0);
    await region.until(region.clock.nowMs() + 20_000);
    expect(writes().length).toBe(before);
  });

  it('publishes each decision on the bus, once while it stays the same', () => {
    const told = events.filter((event) => event['detail-type'] === 'Decision Made').map(({ detail }) => detail);
    expect(told).toContainEqual(
      expect.objectContaining({
        serviceArn: webArn,
        reason: 'bridge_grown',
        mode: 'act',
        commands: [{ kind: 'CreateService', result: 'applied' }],
      }),
    );
    expect(told.length).toBeLessThanOrEqual(decisions().length);
    const reasons = told.map(({ reason, figures, commands }) => JSON.stringify([reason, figures, commands]));
    expect(reasons.filter((reason, index) => reason === reasons[index - 1])).toEqual([]);
  });

  it('gives poison to the dead-letter queue with its bytes and handles the neighbours', async () => {
    const url = (name: string) => `${region.endpoint}/000000000000/${name}`;
    const poison = [
      'this is { no JSON',
      JSON.stringify({ id: randomUUID(), source: 'aws.ecs', 'detail-type': 'ECS Novelty', detail: { a: 1 } }),
      JSON.stringify({
        id: randomUUID(),
        source: 'aws.ecs',
        'detail-type': 'ECS Task State Change',
        detail: { taskArn: 'x' },
      }),
    ];
    const notice = events.find((event) => event.detail.stopCode === 'SpotInterruption');
    if (notice === undefined) throw new Error('there was no notice');
    const taskArn = String(notice.detail.taskArn).replace(/[^/]+$/, randomUUID().replaceAll('-', ''));
    const good = { ...notice, id: randomUUID(), detail: { ...notice.detail, taskArn } };
    const handled = logs.filter(({ message }) => message === 'notice').length;
    const queue = region.queues.arnOf('SpotNoticeQueue').split(':').at(-1) ?? '';
    for (const body of [...poison, JSON.stringify(good)]) {
      await sqs.send(new SendMessageCommand({ QueueUrl: url(queue), MessageBody: body }));
    }
    await waitUntil('the good one', () => logs.filter(({ message }) => message === 'notice').length > handled);
    const dead: string[] = [];
    await waitUntil('three dead letters', async () => {
      dead.push(...(await region.queues.drain('SpotNoticeDeadLetterQueue')));
      return dead.length >= 3;
    });
    expect([...dead].sort()).toEqual([...poison].sort());
  });

  it('publishes gauges and metrics from the functions’ logs', async () => {
    await waitUntil('a second schedule', () => region.metrics.points.some(({ name }) => name === 'ReconcileHeartbeat'));
    const notices = region.metrics.points.filter(({ name }) => name === 'Notices');
    expect(notices[0]).toMatchObject({
      namespace: 'Ballast',
      dimensions: { ClusterName: 'shop' },
      value: 1,
      unit: 'Count',
    });
    const running = region.metrics.points.filter(({ name }) => name === 'SpotRunning');
    expect(running.map(({ dimensions }) => dimensions)).toContainEqual({ ClusterName: 'shop', ServiceName: 'web' });
  });

  it('draws the services for a dashboard, by name and over the wire', async () => {
    const event = { service: 'web', cluster: 'shop', widgetContext: { theme: 'dark', width: 800 } };
    const name = 'ballast-dev-show-services';
    const html = String(await region.invokeFunction(name, event));
    expect(textOf(html)).toContain('Spot takes');
    expect(textOf(html)).toMatch(/bridge grown from 0 to 1/);
    const lambda = new LambdaClient({ ...client, endpoint: region.endpoint });
    const { Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: name, Payload: JSON.stringify({ describe: true }) }),
    );
    lambda.destroy();
    expect(JSON.parse(Payload?.transformToString() ?? '')).toContain('### Widget parameters');
    const ofWidget = calls.filter(({ caller }) => caller === 'ShowServicesLambdaFunction');
    expect([...new Set(ofWidget.map(({ action }) => action))].sort()).toEqual([
      'BatchGetItem',
      'DescribeServices',
      'GetItem',
      'Query',
    ]);
  });
});

/** What a browser shows of it. */
function textOf(html: string): string {
  return elementsOf(html)[0]?.text ?? '';
}

async function spotTasksOf(service: string): Promise<string[]> {
  const { taskArns } = world.call('ecs', 'ListTasks', { cluster: 'shop', serviceName: service });
  return Array.isArray(taskArns) ? taskArns.map(String) : [];
}

function writes(): AwsCall[] {
  return calls.filter(
    ({ service, action, caller }) =>
      service === 'ecs' && /^(Create|Update|Delete|Stop)/.test(action) && caller !== 'TEST',
  );
}

function bridgeCalls(): AwsCall[] {
  return writes().filter(({ action }) => action === 'CreateService');
}
