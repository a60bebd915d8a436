import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isSignedWith, signerOf } from '../../local/region/signature.ts';
import { bundling } from '../../scripts/bundle.ts';
import { root } from '../../scripts/root.ts';
import * as sources from './bundled-clients.ts';

/* The build leaves parts of the SDK out: what is left has to send, and to fail, like the SDK as it is. */

type Clients = typeof sources;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const fine: Answer = { status: 200, body: '{}' };

interface Asked {
  readonly request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>;
  readonly body: Buffer;
}

let folder: string;
let bundled: Clients;
let answer: Answer = fine;
const asked: Asked[] = [];

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  asked.push({ request, body: Buffer.concat(chunks) });
  response.writeHead(answer.status, answer.headers).end(answer.body);
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ballast-clients-'));
  const outfile = join(folder, 'index.mjs');
  await build({ ...bundling, absWorkingDir: root, entryPoints: ['test/infra/bundled-clients.ts'], outfile });
  bundled = await import(pathToFileURL(outfile).href);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  // Whoever runs the tests may have profiles of their own, which the SDK as it is would read.
  vi.stubEnv('AWS_PROFILE', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'));
}, 60_000);

// The pause before another attempt is a part of its bound, by chance.
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

afterEach(() => {
  answer = fine;
  asked.length = 0;
});

afterAll(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const putItem = ({ dynamoDbClient, PutItemCommand }: Clients) =>
  dynamoDbClient().send(new PutItemCommand({ TableName: 'ledger', Item: { pk: { S: 'größer' }, n: { N: '1' } } }));
const listTasks = ({ ecsClient, ListTasksCommand }: Clients) =>
  ecsClient().send(new ListTasksCommand({ cluster: 'shop', maxResults: 100 }));
const putEvents = ({ eventBridgeClient, PutEventsCommand }: Clients) =>
  eventBridgeClient().send(new PutEventsCommand({ Entries: [{ Source: 'ballast', Time: new Date(0) }] }));
const listInstances = ({ serviceDiscoveryClient, ListInstancesCommand }: Clients) =>
  serviceDiscoveryClient().send(new ListInstancesCommand({ ServiceId: 'srv-1' }));
const targetHealth = ({ loadBalancingClient, DescribeTargetHealthCommand }: Clients) =>
  loadBalancingClient().send(new DescribeTargetHealthCommand({ TargetGroupArn: 'web' }));
const volumes = ({ ec2Client, DescribeVolumesCommand }: Clients) =>
  ec2Client().send(new DescribeVolumesCommand({ VolumeIds: ['vol-1'] }));
const sendMessage = ({ sqsClient, SendMessageCommand }: Clients) =>
  sqsClient().send(new SendMessageCommand({ QueueUrl: `${process.env.AWS_ENDPOINT_URL}/1/wake`, MessageBody: 'x' }));
const invokeHook = ({ lambdaClient, InvokeCommand }: Clients) =>
  lambdaClient().send(new InvokeCommand({ FunctionName: 'arn:aws:lambda:us-east-1:1:function:save', Payload: '{}' }));

const json = (status: number, body: object): Answer => ({ status, body: JSON.stringify(body) });
/** The digest of the body, which the SDK compares. */
const sent = json(200, { MD5OfMessageBody: '9dd4e461268c8034f5c8564e155c67a6', MessageId: 'm' });
const someVolumes: Answer = {
  status: 200,
  body: '<DescribeVolumesResponse><volumeSet><item><volumeId>vol-1</volumeId><size>8</size><createTime>2026-03-01T12:00:00.000Z</createTime><encrypted>true</encrypted></item></volumeSet></DescribeVolumesResponse>',
};
const someHealth: Answer = {
  status: 200,
  body: '<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions><member><Target><Id>10.0.0.1</Id><Port>80</Port></Target><TargetHealth><State>healthy</State></TargetHealth></member></TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>',
};

type Action = [what: string, scope: string, ask: (clients: Clients) => Promise<unknown>, good?: Answer];

describe.each<Action>([
  [
    'Application Auto Scaling',
    'application-autoscaling',
    ({ scalingClient, DescribeScalableTargetsCommand }) =>
      scalingClient().send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' })),
    json(200, { ScalableTargets: [{ ResourceId: 'service/a/b', CreationTime: 1772366370.25 }] }),
  ],
  [
    'CloudWatch',
    'monitoring',
    ({ cloudWatchClient, PutMetricDataCommand }) =>
      cloudWatchClient().send(
        new PutMetricDataCommand({
          Namespace: 'Ballast',
          MetricData: [{ MetricName: 'Shortfall', Value: 1, Timestamp: new Date(0) }],
        }),
      ),
  ],
  [
    'DynamoDB',
    'dynamodb',
    putItem,
    json(200, { Attributes: { pk: { S: 'größer' }, b: { B: 'AAEC' }, n: { N: '1' } } }),
  ],
  ['EC2', 'ec2', volumes, someVolumes],
  ['ECS', 'ecs', listTasks, json(200, { taskArns: ['a'], nextToken: null })],
  ['Elastic Load Balancing', 'elasticloadbalancing', targetHealth, someHealth],
  ['EventBridge', 'events', putEvents, json(200, { FailedEntryCount: 1, Entries: [{ ErrorCode: 'No' }] })],
  ['Lambda', 'lambda', invokeHook, { ...json(200, { a: 1 }), headers: { 'x-amz-function-error': 'Unhandled' } }],
  [
    'the Resource Groups Tagging API',
    'tagging',
    ({ taggingClient, GetResourcesCommand }) => taggingClient().send(new GetResourcesCommand({})),
    json(200, { ResourceTagMappingList: [{ ResourceARN: 'a', Tags: [{ Key: 'b', Value: 'c' }] }] }),
  ],
  [
    'Service Quotas',
    'servicequotas',
    ({ quotasClient, GetServiceQuotaCommand }) =>
      quotasClient().send(new GetServiceQuotaCommand({ ServiceCode: 'fargate', QuotaCode: 'L-3032A538' })),
    json(200, { Quota: { Value: 6, Adjustable: true } }),
  ],
  ['Cloud Map', 'servicediscovery', listInstances, json(200, { Instances: [{ Id: 'a', Attributes: { b: 'c' } }] })],
  ['SQS', 'sqs', sendMessage, sent],
])('the bundled client of %s', (_what, scope, ask, good = fine) => {
  it('sends what the SDK sends, signed, and understands the answer', async () => {
    answer = good;
    const [told, understood] = [await ask(sources), await ask(bundled)].map(withoutMetadata);
    expect(understood).toBe(told);
    const [expected, found] = asked.map(({ request, body }) => ({ ...comparable(request), body: body.toString() }));
    expect(found).toEqual(expected);
    for (const { request, body } of asked) {
      expect(signerOf(request)).toEqual({ caller: 'AKIDEXAMPLE', scope });
      expect(request.headers['x-amz-security-token']).toBe('token');
      expect(isSignedWith('secret', request, body)).toBe(true);
      expect(isSignedWith('another', request, body)).toBe(false);
      expect(isSignedWith('secret', request, Buffer.concat([body, Buffer.from(' ')]))).toBe(false);
    }
  });
});

/** As text: a class of the SDK has another name in a bundle. */
function withoutMetadata(output: unknown): string {
  const { $metadata: _, ...members } = output as Record<string, unknown>;
  return JSON.stringify(members);
}

/** Without what differs from one request to the next, and from one way of loading the SDK to another. */
function comparable({ method, url, headers }: Asked['request']) {
  const differing = /^(authorization|amz-sdk-invocation-id|x-amz-date|(x-amz-)?user-agent)$/;
  return { method, url, headers: Object.entries(headers).filter(([name]) => !differing.test(name)) };
}

const xml = (status: number, code: string): Answer => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>No.</Message></Error></ErrorResponse>`,
});

describe('an error as the bundled SDK tells it', () => {
  it.each<[what: string, ask: Action[2], bad: Answer, attempts: number]>([
    ['of the model', listTasks, json(400, { __type: 'ClusterNotFoundException', message: 'No.' }), 1],
    [
      'with its namespace and its message in capitals',
      listTasks,
      json(400, { __type: 'com.amazonaws.ecs#ServiceNotFoundException', Message: 'No.' }),
      1,
    ],
    ['with members', listTasks, json(400, { __type: 'ConflictException', message: 'No.', resourceIds: ['a'] }), 1],
    ['of AWS’s own fault', listTasks, json(500, { __type: 'ServerException', message: 'No.' }), 3],
    ['that no model lists', listTasks, json(400, { __type: 'ThrottlingException', message: 'Rate exceeded' }), 3],
    [
      'that shows the item',
      putItem,
      json(400, {
        __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
        message: 'The conditional request failed',
        Item: { pk: { S: 'a' }, n: { N: '1' }, b: { B: 'AAEC' }, l: { L: [{ BOOL: true }, { NULL: true }] } },
      }),
      1,
    ],
    [
      'of a table that is too busy',
      putItem,
      json(400, { __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', message: 'No.' }),
      3,
    ],
    [
      'that its class says to be tried again',
      putItem,
      json(400, { __type: 'com.amazonaws.dynamodb.v20120810#ReplicatedWriteConflictException', message: 'No.' }),
      3,
    ],
    ['of EventBridge', putEvents, json(500, { __type: 'InternalException', message: 'No.' }), 3],
    ['of Cloud Map', listInstances, json(400, { __type: 'ServiceNotFound', Message: 'No.' }), 1],
    ['of Elastic Load Balancing', targetHealth, xml(400, 'TargetGroupNotFound'), 1],
    [
      'of SQS',
      sendMessage,
      {
        ...json(400, { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'No.' }),
        headers: { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' },
      },
      1,
    ],
    [
      'of Lambda',
      invokeHook,
      { ...json(404, { Message: 'No.' }), headers: { 'x-amzn-errortype': 'ResourceNotFoundException' } },
      1,
    ],
  ])('is the one that the SDK tells: %s', async (_what, ask, bad, attempts) => {
    answer = bad;
    const expected = await failureOf(ask(sources));
    const found = await failureOf(ask(bundled));
    expect(found).toEqual(expected);
    expect(found.$metadata).toMatchObject({ httpStatusCode: bad.status, attempts });
  });
});

/** Name, message and all that an error has, however its class is called. */
async function failureOf(asking: Promise<unknown>): Promise<Record<string, unknown>> {
  const error: unknown = await asking.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error(`no error: ${String(error)}`);
  const { $response: _, $metadata, ...members } = Object.fromEntries(Object.entries(error));
  const { totalRetryDelay: _delay, ...metadata } = { ...($metadata as object) } as Record<string, unknown>;
  return { ...members, name: error.name, message: error.message, $metadata: metadata };
}
