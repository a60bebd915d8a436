import { once } from 'node:events';
import { createServer } from 'node:http';
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ListTasksCommand } from '@aws-sdk/client-ecs';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  cloudWatchClient,
  dynamoDbClient,
  ecsClient,
  eventBridgeClient,
  sqsClient,
  taggingClient,
} from '../../../shared/adapters/clients.ts';
import { createEcs } from '../../../shared/adapters/ecs.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A stand-in for AWS on a port of its own: keeps what it was asked, gives its answers in turn, and repeats the last. */
async function anAws(...answers: Answer[]) {
  const asked: { target: string; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? { status: 200, body: '{}' };
      asked.push({ target: String(request.headers['x-amz-target']), body });
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(answer.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  servers.push(close);
  return { url: `http://127.0.0.1:${address.port}`, asked, close };
}

const servers: (() => Promise<void>)[] = [];

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  // Whoever runs the tests may have endpoints and profiles of their own.
  vi.stubEnv('AWS_ENDPOINT_URL', undefined);
  vi.stubEnv('AWS_PROFILE', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', 'test/unit/adapters/no-such-file');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', 'test/unit/adapters/no-such-file');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.splice(0).map((close) => close().catch(() => undefined)));
});

const queueUrl = 'https://sqs.us-east-1.amazonaws.com/111122223333/wake';

/** One client of each service and a call that the adapters make. */
const clients = [
  {
    client: cloudWatchClient,
    variable: 'AWS_ENDPOINT_URL_CLOUDWATCH',
    target: 'GraniteServiceVersion20100801.PutMetricData',
    ask: async () => void (await cloudWatchClient().send(new PutMetricDataCommand({ Namespace: 'Ballast' }))),
  },
  {
    client: dynamoDbClient,
    variable: 'AWS_ENDPOINT_URL_DYNAMODB',
    target: 'DynamoDB_20120810.GetItem',
    ask: async () =>
      void (await dynamoDbClient().send(new GetItemCommand({ TableName: 'ledger', Key: { pk: { S: 'a' } } }))),
  },
  {
    client: ecsClient,
    variable: 'AWS_ENDPOINT_URL_ECS',
    target: 'AmazonEC2ContainerServiceV20141113.ListTasks',
    ask: async () => void (await ecsClient().send(new ListTasksCommand({}))),
  },
  {
    client: eventBridgeClient,
    variable: 'AWS_ENDPOINT_URL_EVENTBRIDGE',
    target: 'AWSEvents.PutEvents',
    ask: async () => void (await eventBridgeClient().send(new PutEventsCommand({ Entries: [] }))),
  },
  {
    client: sqsClient,
    variable: 'AWS_ENDPOINT_URL_SQS',
    target: 'AmazonSQS.SendMessage',
    ask: async () => void (await sqsClient().send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'x' }))),
  },
  {
    client: taggingClient,
    variable: 'AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API',
    target: 'ResourceGroupsTaggingAPI_20170126.GetResources',
    ask: async () => void (await taggingClient().send(new GetResourcesCommand({}))),
  },
];

describe.each(clients)('the client that listens to $variable', ({ client, variable, target, ask }) => {
  it('talks there', async () => {
    const aws = await anAws();
    vi.stubEnv(variable, aws.url);
    await ask();
    expect(aws.asked.map((request) => request.target)).toEqual([target]);
  });

  it('talks to AWS_ENDPOINT_URL when it has no endpoint of its own', async () => {
    const aws = await anAws();
    vi.stubEnv(variable, undefined);
    vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
    await ask();
    expect(aws.asked.map((request) => request.target)).toEqual([target]);
  });

  it('gives up after three attempts at an AWS that is busy', async () => {
    const aws = await anAws({ status: 500, body: '{"__type":"InternalFailure"}' });
    vi.stubEnv(variable, aws.url);
    await expect(ask()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500, attempts: 3 } });
    expect(aws.asked.map((request) => request.target)).toEqual([target, target, target]);
  });

  it('waits one second for a connection and three for an answer', async () => {
    const aws = await anAws();
    vi.stubEnv(variable, aws.url);
    const { config } = client();
    // The handler resolves its options with the first request.
    const request = { protocol: 'http:', hostname: '127.0.0.1', port: Number(new URL(aws.url).port), path: '/' };
    await config.requestHandler.handle(new HttpRequest({ ...request, method: 'POST' }));
    expect(config.requestHandler.httpHandlerConfigs()).toMatchObject({
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
      throwOnRequestTimeout: true,
    });
  });
});
