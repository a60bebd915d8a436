import { once } from 'node:events';
import { createServer } from 'node:http';
import { DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling';
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { ListTasksCommand } from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { ListInstancesCommand } from '@aws-sdk/client-servicediscovery';
import { ListQueuesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  briefEventBridgeClient,
  cloudWatchClient,
  dynamoDbClient,
  ec2Client,
  ecsClient,
  eventBridgeClient,
  lambdaClient,
  loadBalancingClient,
  quotasClient,
  scalingClient,
  serviceDiscoveryClient,
  sqsClient,
  taggingClient,
} from '../../../shared/adapters/clients.ts';
import { createEc2 } from '../../../shared/adapters/ec2.ts';
import { createEcs } from '../../../shared/adapters/ecs.ts';
import { createLambdaHooks } from '../../../shared/adapters/lambda-hooks.ts';
import { createLoadBalancers } from '../../../shared/adapters/load-balancers.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A stand-in for AWS on a port of its own: keeps what it was asked, gives its answers in turn, and repeats the last. */
async function anAws(...answers: (Answer | 'never')[]) {
  const asked: { target: string; body: unknown }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? { status: 200, body: '{}' };
      const { 'x-amz-target': target, 'content-type': contentType = '' } = request.headers;
      if (answer === 'never') {
        asked.push({ target: `${request.method} ${request.url}`, body: undefined });
        return;
      }
      if (typeof target === 'string') {
        asked.push({ target, body: JSON.parse(body) });
        response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
      } else if (!contentType.startsWith('application/x-www-form-urlencoded')) {
        // The newest: an action is a method and a path.
        asked.push({ target: `${request.method} ${request.url}`, body: JSON.parse(body) });
        response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      } else {
        // AWS's older protocol: a form is answered in XML.
        const { Action: action = '', ...form } = Object.fromEntries(new URLSearchParams(body));
        asked.push({ target: action, body: form });
        response.writeHead(answer.status, { 'content-type': 'text/xml' });
      }
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

const jsonAnswers = {
  fine: { status: 200, body: '{}' },
  busy: { status: 500, body: '{"__type":"InternalFailure"}' },
};
const xmlAnswers = {
  fine: {
    status: 200,
    body: '<DescribeTargetHealthResponse><DescribeTargetHealthResult/></DescribeTargetHealthResponse>',
  },
  busy: {
    status: 500,
    body: '<ErrorResponse><Error><Type>Receiver</Type><Code>InternalFailure</Code></Error></ErrorResponse>',
  },
};

const ec2Answers = {
  fine: { status: 200, body: '<DescribeVolumesResponse/>' },
  busy: {
    status: 500,
    body: '<Response><Errors><Error><Code>InternalFailure</Code></Error></Errors><RequestID>r</RequestID></Response>',
  },
};

/** Each client, how its service answers, and a call of it; answers the client that made it. */
const clients = [
  {
    variable: 'AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING',
    target: 'AnyScaleFrontendService.DescribeScalableTargets',
    ask: async () => {
      const client = scalingClient();
      await client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }));
      return client;
    },
  },
  {
    variable: 'AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2',
    target: 'DescribeTargetHealth',
    answers: xmlAnswers,
    ask: async () => {
      const client = loadBalancingClient();
      await client.send(new DescribeTargetHealthCommand({ TargetGroupArn: 'web' }));
      return client;
    },
  },
  {
    variable: 'AWS_ENDPOINT_URL_SERVICE_QUOTAS',
    target: 'ServiceQuotasV20190624.GetServiceQuota',
    ask: async () => {
      const client = quotasClient();
      await client.send(new GetServiceQuotaCommand({ ServiceCode: 'fargate', QuotaCode: 'L-3032A538' }));
      return client;
    },
  },
  {
    variable: 'AWS_ENDPOINT_URL_SERVICEDISCOVERY',
    target: 'Route53AutoNaming_v20170314.ListInstances',
    ask: async () => {
      const client = serviceDiscoveryClient();
      await client.send(new ListInstancesCommand({ ServiceId: 'srv-1' }));
      return client;
    },
  },
  {
    variable: 'AWS_ENDPOINT_URL_CLOUDWATCH',
    target: 'GraniteServiceVersion20100801.PutMetricData',
    ask: async () => {
      const client = cloudWatchClient();
      await client.send(new PutMetricDataCommand({ Namespace: 'Ballast' }));
      return client;
    },
  },
  {
    variable: 'AWS_ENDPOINT_URL_DYNAMODB',
    target: 'DynamoDB_20120810.GetItem',
    ask: async () => {
      const client = dynamoDbClient();
      await client.send(new GetItemCommand({ TableName: 'ledger', Key: { pk: { S: 'PAUSE' } } }));
      return client;
    },
  },
  {
    variable: 'AWS_ENDPOINT_URL_EC2',
    target: 'DescribeVolumes',
    answers: ec2Answers,
    ask: async () => {
      const client = ec2Client();
      await client.send(new DescribeVolumesCommand({}));
      return client;
    },
  },
  {
    variable: 'AWS_ENDPOINT_URL_ECS',
    target: 'AmazonEC2ContainerServiceV20141113.ListTasks',
    ask: async () => {
      const client = ecsClient();
      await client.send(new ListTasksCommand({}));
      return client;
    },
  },
  {
    variable: 'AWS_ENDPOINT_URL_EVENTBRIDGE',
    target: 'AWSEvents.PutEvents',
    ask: async () => {
      const client = eventBridgeClient();
      await client.send(new PutEventsCommand({ Entries: [] }));
      return client;
    },
  },
  {
    variable: 'AWS_ENDPOINT_URL_SQS',
    target: 'AmazonSQS.ListQueues',
    ask: async () => {
      const client = sqsClient();
      await client.send(new ListQueuesCommand({}));
      return client;
    },
  },
  {
    variable: 'AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API',
    target: 'ResourceGroupsTaggingAPI_20170126.GetResources',
    ask: async () => {
      const client = taggingClient();
      await client.send(new GetResourcesCommand({}));
      return client;
    },
  },
];

describe.each(clients)('the client that listens to $variable', ({ variable, target, answers = jsonAnswers, ask }) => {
  it('talks there', async () => {
    const aws = await anAws(answers.fine);
    vi.stubEnv(variable, aws.url);
    await ask();
    expect(aws.asked.map((request) => request.target)).toEqual([target]);
  });

  it('talks to AWS_ENDPOINT_URL when it has no endpoint of its own', async () => {
    const aws = await anAws(answers.fine);
    vi.stubEnv(variable, undefined);
    vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
    await ask();
    expect(aws.asked.map((request) => request.target)).toEqual([target]);
  });

  it('gives up after three attempts at an AWS that is busy', async () => {
    const aws = await anAws(answers.busy);
    vi.stubEnv(variable, aws.url);
    await expect(ask()).rejects.toMatchObject({
      name: 'InternalFailure',
      $metadata: { httpStatusCode: 500, attempts: 3 },
    });
    expect(aws.asked.map((request) => request.target)).toEqual([target, target, target]);
  });

  it('waits one second for a connection and three for an answer', async () => {
    const aws = await anAws(answers.fine);
    vi.stubEnv(variable, aws.url);
    // The SDK's handler takes its options over with the first request.
    const { config } = await ask();
    // Node's handler, in all of them; the clients' types say only that it handles requests.
    const handler = config.requestHandler as unknown as { httpHandlerConfigs(): object };
    expect(handler.httpHandlerConfigs()).toMatchObject({
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
      throwOnRequestTimeout: true,
    });
  });
});

describe('the client for announcements', () => {
  it('tries once and waits half a second for a connection and one for an answer', async () => {
    const aws = await anAws({ status: 500, body: '{"__type":"InternalFailure"}' });
    vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', aws.url);
    const client = briefEventBridgeClient();
    await expect(client.send(new PutEventsCommand({ Entries: [] }))).rejects.toMatchObject({ name: 'InternalFailure' });
    expect(aws.asked).toHaveLength(1);
    // Node's handler; the client's type says only that it handles requests.
    const handler = client.config.requestHandler as unknown as { httpHandlerConfigs(): object };
    expect(handler.httpHandlerConfigs()).toMatchObject({
      connectionTimeout: 500,
      requestTimeout: 1_000,
      throwOnRequestTimeout: true,
    });
  });
});

describe('the client of SQS', () => {
  it('sends a message to the host of the queue URL, whatever the endpoint', async () => {
    // The SDK compares the digest of the body.
    const named = await anAws({ status: 200, body: '{"MD5OfMessageBody":"9dd4e461268c8034f5c8564e155c67a6"}' });
    const endpoint = await anAws();
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', endpoint.url);
    // The SDK warns of the difference.
    vi.spyOn(console, 'warn').mockReturnValue();
    const QueueUrl = `${named.url}/111122223333/wake`;
    await sqsClient().send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    expect(named.asked.map((request) => request.target)).toEqual(['AmazonSQS.SendMessage']);
    expect(endpoint.asked).toEqual([]);
  });
});

describe('the adapter of ECS over the client of ECS', () => {
  const web = { clusterArn: 'shop', service: 'web' };
  const anEcs = async (...answers: Answer[]) => {
    const aws = await anAws(...answers);
    vi.stubEnv('AWS_ENDPOINT_URL_ECS', aws.url);
    return { aws, ecs: createEcs(ecsClient()) };
  };

  it('asks for the next page until the token is null', async () => {
    const { aws, ecs } = await anEcs(
      { status: 200, body: '{"taskArns":["a"],"nextToken":"page-2"}' },
      { status: 200, body: '{"taskArns":["b"],"nextToken":null}' },
    );
    await expect(ecs.listServiceTasks(web)).resolves.toEqual(['a', 'b']);
    expect(aws.asked).toEqual([
      {
        target: 'AmazonEC2ContainerServiceV20141113.ListTasks',
        body: { cluster: 'shop', serviceName: 'web', desiredStatus: 'RUNNING', maxResults: 100 },
      },
      {
        target: 'AmazonEC2ContainerServiceV20141113.ListTasks',
        body: {
          cluster: 'shop',
          serviceName: 'web',
          desiredStatus: 'RUNNING',
          maxResults: 100,
          nextToken: 'page-2',
        },
      },
    ]);
  });

  it('reads dates that ECS writes in seconds', async () => {
    const { ecs } = await anEcs({
      status: 200,
      body: '{"tasks":[{"taskArn":"a","clusterArn":"shop","stoppingAt":1772366370.25}]}',
    });
    await expect(ecs.describeTasks('shop', ['a'])).resolves.toMatchObject([{ stoppingAtMs: 1_772_366_370_250 }]);
  });

  it('knows an error of the ECS model', async () => {
    const { ecs } = await anEcs({
      status: 400,
      body: '{"__type":"com.amazonaws.ecs#ClusterNotFoundException","message":"Cluster not found."}',
    });
    await expect(ecs.listServiceTasks(web)).rejects.toMatchObject({
      name: 'TerminalError',
      code: 'ClusterNotFoundException',
      message: 'ListTasks: ClusterNotFoundException: Cluster not found.',
    });
  });

  it('knows throttling, which the ECS model does not list, and has tried three times by then', async () => {
    const { aws, ecs } = await anEcs({
      status: 400,
      body: '{"__type":"ThrottlingException","message":"Rate exceeded"}',
    });
    await expect(ecs.listServiceTasks(web)).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'ListTasks: ThrottlingException: Rate exceeded',
    });
    expect(aws.asked).toHaveLength(3);
  });

  it('may try again when a proxy answers a 503 that is not JSON', async () => {
    const { ecs } = await anEcs({ status: 503, body: '<html>Service Unavailable</html>' });
    await expect(ecs.listServiceTasks(web)).rejects.toMatchObject({ name: 'RetryableError' });
  });

  it('may try again when nobody is there', async () => {
    const { aws, ecs } = await anEcs();
    await aws.close();
    await expect(ecs.listServiceTasks(web)).rejects.toMatchObject({
      name: 'RetryableError',
      cause: { code: 'ECONNREFUSED' },
    });
  });
});

describe('the adapter of Elastic Load Balancing over its client', () => {
  const loadBalancersAt = async (...answers: Answer[]) => {
    const aws = await anAws(...answers);
    vi.stubEnv('AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2', aws.url);
    return { aws, loadBalancers: createLoadBalancers(loadBalancingClient()) };
  };

  it('reads the targets out of XML', async () => {
    const member =
      '<Target><Id>10.0.0.1</Id><Port>80</Port></Target><TargetHealth><State>healthy</State></TargetHealth>';
    const { loadBalancers } = await loadBalancersAt({
      status: 200,
      body: `<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions><member>${member}</member></TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>`,
    });
    await expect(loadBalancers.targetHealth('web')).resolves.toEqual([{ id: '10.0.0.1', port: 80, state: 'healthy' }]);
  });

  it('writes targets into a form', async () => {
    const { aws, loadBalancers } = await loadBalancersAt({
      status: 200,
      body: '<DeregisterTargetsResponse><DeregisterTargetsResult/></DeregisterTargetsResponse>',
    });
    await loadBalancers.deregisterTargets('web', [{ id: '10.0.0.1', port: 80 }]);
    expect(aws.asked).toEqual([
      {
        target: 'DeregisterTargets',
        body: {
          Version: '2015-12-01',
          TargetGroupArn: 'web',
          'Targets.member.1.Id': '10.0.0.1',
          'Targets.member.1.Port': '80',
        },
      },
    ]);
  });

  // The SDK gives an error of its model the model's name, which is not the code that AWS sends.
  it.each([
    ['TargetGroupNotFound', 400, 'TerminalError', 'TargetGroupNotFoundException'],
    ['InvalidTarget', 400, 'TerminalError', 'InvalidTargetException'],
    ['HealthUnavailable', 500, 'RetryableError', 'HealthUnavailableException'],
    ['Throttling', 400, 'RetryableError', 'Throttling'],
  ])('knows %s', async (code, status, name, modelled) => {
    const { loadBalancers } = await loadBalancersAt({
      status,
      body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>No.</Message></Error></ErrorResponse>`,
    });
    await expect(loadBalancers.targetHealth('web')).rejects.toMatchObject({
      name,
      message: `DescribeTargetHealth: ${modelled}: No.`,
    });
  });
});

describe('the adapter of EC2 over its client', () => {
  const ec2At = async (...answers: Answer[]) => {
    const aws = await anAws(...answers);
    vi.stubEnv('AWS_ENDPOINT_URL_EC2', aws.url);
    return { aws, ec2: createEc2(ec2Client()) };
  };

  it('writes the id into a form and reads the network interface out of XML', async () => {
    const found =
      '<groupSet><item><groupId>sg-1</groupId></item></groupSet><association><publicIp>203.0.113.7</publicIp></association>';
    const { aws, ec2 } = await ec2At({
      status: 200,
      body: `<DescribeNetworkInterfacesResponse><networkInterfaceSet><item>${found}</item></networkInterfaceSet></DescribeNetworkInterfacesResponse>`,
    });
    await expect(ec2.networkInterface('eni-1')).resolves.toEqual({ securityGroups: ['sg-1'], hasPublicIp: true });
    expect(aws.asked).toEqual([
      { target: 'DescribeNetworkInterfaces', body: { Version: '2016-11-15', 'NetworkInterfaceId.1': 'eni-1' } },
    ]);
  });

  it('reads the volume out of XML', async () => {
    const { ec2 } = await ec2At({
      status: 200,
      body: '<DescribeVolumesResponse><volumeSet><item><volumeId>vol-1</volumeId><size>100</size><snapshotId/><iops>3000</iops><throughput>125</throughput><volumeType>gp3</volumeType><encrypted>false</encrypted></item></volumeSet></DescribeVolumesResponse>',
    });
    await expect(ec2.volumeLike('vol-1')).resolves.toStrictEqual({
      encrypted: false,
      volumeType: 'gp3',
      sizeInGiB: 100,
      iops: 3_000,
      throughput: 125,
    });
  });

  const error = (code: string) => ({
    status: 400,
    body: `<Response><Errors><Error><Code>${code}</Code><Message>No.</Message></Error></Errors><RequestID>r</RequestID></Response>`,
  });

  it('knows that a network interface or a volume is gone', async () => {
    const { ec2 } = await ec2At(error('InvalidNetworkInterfaceID.NotFound'), error('InvalidVolume.NotFound'));
    await expect(ec2.networkInterface('eni-1')).resolves.toBeUndefined();
    await expect(ec2.volumeLike('vol-1')).resolves.toBeUndefined();
  });

  it.each([
    ['RequestLimitExceeded', 'RetryableError'],
    ['UnauthorizedOperation', 'TerminalError'],
  ])('knows %s', async (code, name) => {
    const { ec2 } = await ec2At(error(code));
    await expect(ec2.volumeLike('vol-1')).rejects.toMatchObject({ name, message: `DescribeVolumes: ${code}: No.` });
  });
});

describe('the client of Lambda', () => {
  const lambdaAt = async (...answers: (Answer | 'never')[]) => {
    const aws = await anAws(...answers);
    vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', aws.url);
    return aws;
  };
  const target = 'POST /2015-03-31/functions/save-state/invocations';
  const invocation = () => new InvokeCommand({ FunctionName: 'save-state', Payload: '{}' });

  it('makes one attempt: whoever invokes knows how much time is left for another', async () => {
    const aws = await lambdaAt({ status: 500, body: '{}', headers: { 'x-amzn-errortype': 'ServiceException' } });
    await expect(lambdaClient().send(invocation())).rejects.toMatchObject({
      name: 'ServiceException',
      $metadata: { attempts: 1 },
    });
    expect(aws.asked).toEqual([{ target, body: {} }]);
  });

  it('waits one second for a connection, and for an answer as long as a function may run', async () => {
    await lambdaAt({ status: 200, body: '{}' });
    const client = lambdaClient();
    await client.send(invocation());
    // As above: Node's handler, of which the client's type says less.
    const handler = client.config.requestHandler as unknown as { httpHandlerConfigs(): object };
    expect(handler.httpHandlerConfigs()).toMatchObject({
      connectionTimeout: 1_000,
      requestTimeout: 900_000,
      throwOnRequestTimeout: true,
    });
  });
});

describe('the adapter of Lambda over its client', () => {
  const request = {
    checkpointId: 'ckpt-a',
    hook: 'train',
    taskArn: 'a',
    clusterArn: 'shop',
    containers: [],
    attempt: 0,
    noticeAt: '2026-03-01T12:00:00.000Z',
    deadline: '2026-03-01T12:02:00.000Z',
  };
  const invoked = async (withinMs: number, ...answers: (Answer | 'never')[]) => {
    const aws = await anAws(...answers);
    vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', aws.url);
    const hooks = createLambdaHooks(lambdaClient(), { nowMs: () => 0 }, async () => undefined);
    return { aws, answer: await hooks.invoke('save-state', request, withinMs) };
  };

  it('sends the request as JSON and reads the reply', async () => {
    const { aws, answer } = await invoked(10_000, { status: 200, body: '{"outcome":"completed"}' });
    expect(answer).toEqual({ reply: '{"outcome":"completed"}' });
    expect(aws.asked).toEqual([{ target: 'POST /2015-03-31/functions/save-state/invocations', body: request }]);
  });

  it('gives a function up that does not reply in time', async () => {
    const { aws, answer } = await invoked(100, 'never');
    expect(answer).toEqual({ failure: 'timeout', detail: 'Invoke: AbortError: Request aborted' });
    expect(aws.asked).toHaveLength(1);
  });

  it('reads what a function failed with', async () => {
    const { answer } = await invoked(10_000, {
      status: 200,
      body: '{"errorMessage":"disk full"}',
      headers: { 'x-amz-function-error': 'Unhandled' },
    });
    expect(answer).toEqual({ failure: 'error', detail: 'disk full' });
  });

  it('invokes again after throttling', async () => {
    const busy = {
      status: 429,
      body: '{"Reason":"ConcurrentInvocationLimitExceeded","message":"Rate Exceeded."}',
      headers: { 'x-amzn-errortype': 'TooManyRequestsException' },
    };
    const { aws, answer } = await invoked(10_000, busy, busy, { status: 200, body: 'null' });
    expect(answer).toEqual({ reply: 'null' });
    expect(aws.asked).toHaveLength(3);
  });

  it('is refused a function that does not exist', async () => {
    const { answer } = await invoked(10_000, {
      status: 404,
      body: '{"Message":"Function not found: save-state"}',
      headers: { 'x-amzn-errortype': 'ResourceNotFoundException' },
    });
    expect(answer).toEqual({
      failure: 'refused',
      detail: 'Invoke: ResourceNotFoundException: Function not found: save-state',
    });
  });
});
