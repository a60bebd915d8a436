import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsError } from '../world/aws-error.ts';
import type { AwsService, World } from '../world/world.ts';
import { ec2ErrorXml, ec2Input, ec2ResultXml } from './ec2-protocol.ts';
import { type Invocation, invocationFrom, invoke, type LambdaHooks } from './lambda-invoke.ts';
import { queryErrorXml, queryInput, queryResultXml } from './query-protocol.ts';
import { type Objects, objectRequest, serveObject, serveObjectError } from './s3.ts';
import { isSignedWith, signerOf } from './signature.ts';
import { serveTaskMetadata } from './task-metadata.ts';

/** An AWS call as it came over the wire. */
export interface AwsCall {
  /** Access key id of the caller: the logical id of a function. */
  readonly caller: string;
  /** As in SigV4 scopes: `ecs`, `dynamodb`, `sqs`, `events`, `monitoring`, `tagging`, `elasticloadbalancing` … */
  readonly service: string;
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly atMs: number;
  /** AWS's name of the error, where it was one. */
  readonly error?: string;
}

export interface WireOptions {
  readonly world: World;
  readonly nowMs: () => number;
  readonly putEvents: (input: Readonly<Record<string, unknown>>) => Promise<Record<string, unknown>>;
  readonly putMetricData: (input: Readonly<Record<string, unknown>>) => void;
  readonly onCall: (call: AwsCall) => void;
  /** What Lambda's Invoke hands over to. */
  readonly lambdaHooks?: LambdaHooks;
  /** Everybody's: whoever signs with another one is refused. Absent, signatures are not looked at. */
  readonly secretAccessKey?: string;
}

type Caller = Pick<AwsCall, 'caller' | 'atMs'>;

export interface Wire {
  readonly endpoint: string;
  /** Amazon S3's, as they were put. */
  readonly objects: Objects;
  /** Emulators that services are handed on to, once they listen. */
  forward(service: 'dynamodb' | 'sqs', port: number): void;
  stop(): Promise<void>;
}

/** X-Amz-Target prefix → service. */
const jsonServices: Readonly<Record<string, string>> = {
  AmazonEC2ContainerServiceV20141113: 'ecs',
  ResourceGroupsTaggingAPI_20170126: 'tagging',
  Route53AutoNaming_v20170314: 'servicediscovery',
  ServiceQuotasV20190624: 'servicequotas',
  AnyScaleFrontendService: 'application-autoscaling',
  AWSEvents: 'events',
  GraniteServiceVersion20100801: 'monitoring',
  DynamoDB_20120810: 'dynamodb',
  AmazonSQS: 'sqs',
};

const worldServices: readonly string[] = [
  'ecs',
  'elasticloadbalancing',
  'tagging',
  'servicediscovery',
  'servicequotas',
  'application-autoscaling',
  'ec2',
] satisfies AwsService[];

const queryDialect = { input: queryInput, resultXml: queryResultXml, errorXml: queryErrorXml };
const ec2Dialect: typeof queryDialect = {
  input: (body) => ec2Input(queryInput(body)),
  resultXml: ec2ResultXml,
  errorXml: ec2ErrorXml,
};

/** AWS's endpoints on loopback: one port, told apart as AWS's own are, by path, target and signature. */
export async function startWire(options: WireOptions): Promise<Wire> {
  const ports = new Map<string, number>();
  const objects: Objects = new Map();

  const perform = async (
    service: string,
    action: string,
    input: Record<string, unknown>,
  ): Promise<Record<string, unknown>> => {
    if (isWorldService(service)) return options.world.call(service, action, input);
    if (service === 'events' && action === 'PutEvents') return options.putEvents(input);
    if (service === 'monitoring' && action === 'PutMetricData') {
      options.putMetricData(input);
      return {};
    }
    throw new AwsError('UnknownOperationException', `${service} ${action} is not part of the embedded region`);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bytesOf(request);
    if (serveTaskMetadata(options.world, request, response)) return;
    const { caller, scope } = signerOf(request);
    const from = { caller, atMs: options.nowMs() };
    if (options.secretAccessKey !== undefined && !isSignedWith(options.secretAccessKey, request, body)) {
      refuseSignature(from, scope, response);
      return;
    }
    const invocation = invocationFrom(request, body);
    if (invocation !== undefined) await handleInvocation(from, invocation, request, response);
    else if (scope === 's3') handleObject(from, request, body, response);
    else await handleAction(from, scope, request, body, response);
  };

  const refuseSignature = (from: Caller, service: string, response: ServerResponse): void => {
    const error = 'InvalidSignatureException';
    options.onCall({ ...from, service, action: 'unknown', input: {}, error });
    response
      .writeHead(403, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': error })
      .end(
        JSON.stringify({ __type: error, message: 'The signature that was calculated does not match the one given.' }),
      );
  };

  const handleInvocation = async (
    from: Caller,
    { functionName, payload }: Invocation,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const call = {
      ...from,
      service: 'lambda',
      action: 'Invoke',
      input: { FunctionName: functionName, Payload: payload },
    };
    const type = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse');
    try {
      await invoke(options.lambdaHooks ?? {}, { functionName, payload }, type, response);
      options.onCall(call);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      options.onCall({ ...call, error: error.name });
      response
        .writeHead(error.httpStatus, { 'content-type': 'application/json', 'x-amzn-errortype': error.name })
        .end(JSON.stringify({ Type: 'User', Message: error.message }));
    }
  };

  const handleObject = (from: Caller, request: IncomingMessage, body: Buffer, response: ServerResponse): void => {
    const asked = objectRequest(request);
    const input = { Bucket: asked.bucket, Key: asked.key };
    const call = { ...from, service: 's3', action: asked.action ?? String(request.method), input };
    try {
      serveObject(objects, asked, request, body, options.nowMs(), response);
      options.onCall(call);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      options.onCall({ ...call, error: error.name });
      serveObjectError(error, asked, request.method === 'HEAD', response);
    }
  };

  const handleAction = async (
    from: Caller,
    scope: string,
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): Promise<void> => {
    const target = String(request.headers['x-amz-target'] ?? '');
    const [prefix = '', targetAction = ''] = target.split('.');
    const isQuery = target === '';
    const service = isQuery ? scope : (jsonServices[prefix] ?? prefix);
    const dialect = service === 'ec2' ? ec2Dialect : queryDialect;
    const input = isQuery ? dialect.input(body.toString('utf8')) : jsonOf(body);
    const action = isQuery ? String(input.Action ?? '') : targetAction;
    const call = { ...from, service, action, input };
    const port = ports.get(service);
    if (port !== undefined) {
      const error = await forwarded(request, body, port, response);
      options.onCall({ ...call, ...(error === undefined ? {} : { error }) });
      return;
    }
    try {
      const output = await perform(service, action, withoutQueryMembers(input, isQuery));
      options.onCall(call);
      if (isQuery) response.writeHead(200, { 'content-type': 'text/xml' }).end(dialect.resultXml(action, output));
      else response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(jsonText(output));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      options.onCall({ ...call, error: error.name });
      if (isQuery) {
        response
          .writeHead(error.httpStatus, { 'content-type': 'text/xml' })
          .end(dialect.errorXml(error.name, error.message));
      } else {
        const answer = JSON.stringify({ __type: error.name, message: error.message });
        response.writeHead(error.httpStatus, { 'content-type': 'application/x-amz-json-1.1' }).end(answer);
      }
    }
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A fault of the region itself: the caller sees what AWS would send for one of its own.
      const text = JSON.stringify({
        __type: 'InternalFailure',
        message: error instanceof Error ? error.stack : String(error),
      });
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    forward: (service, emulatorPort) => {
      ports.set(service, emulatorPort);
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function isWorldService(service: string): service is AwsService {
  return worldServices.includes(service);
}

/** Sends the request on as it came. @returns the error's name when the answer is one. */
function forwarded(
  request: IncomingMessage,
  body: Buffer,
  port: number,
  response: ServerResponse,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const onward = httpRequest(
      { host: '127.0.0.1', port, method: request.method, path: request.url, headers: request.headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const status = answer.statusCode ?? 500;
          response.writeHead(status, answer.headers).end(bytes);
          resolve(status < 400 ? undefined : String(jsonOf(bytes).__type ?? status).replace(/^.*#/, ''));
        });
        answer.on('error', reject);
      },
    );
    onward.on('error', reject);
    onward.end(body);
  });
}

function withoutQueryMembers(input: Record<string, unknown>, isQuery: boolean): Record<string, unknown> {
  if (!isQuery) return input;
  const { Action: _action, Version: _version, ...members } = input;
  return members;
}

/** AWS's JSON writes times as seconds since the epoch. */
function jsonText(output: Record<string, unknown>): string {
  return JSON.stringify(output, function (this: Record<string, unknown>, key, value: unknown) {
    // Date has a toJSON, so the value here is text already; the holder still has the Date.
    const original = this[key];
    return original instanceof Date ? original.getTime() / 1000 : value;
  });
}

function jsonOf(bytes: Buffer): Record<string, unknown> {
  if (bytes.length === 0) return {};
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
