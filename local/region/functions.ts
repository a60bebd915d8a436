import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { RegionClock } from './region-clock.ts';
import type { Template } from './template.ts';

/** Lambda for the region: the bundles as deployed, in child processes that speak the Runtime API. */
export interface Functions {
  /** Logical ids by ARN and name. */
  idOf(functionArn: string): string;
  /** Waits for a free environment, invokes, gives the answer. @throws when the function fails or its time is over. */
  invoke(logicalId: string, event: unknown): Promise<unknown>;
  nameOf(logicalId: string): string;
  /** Starts an environment of every function and waits until all have loaded: a fast clock makes cold starts minutes. */
  warmUp(): Promise<void>;
  stop(): Promise<void>;
}

export interface FunctionsOptions {
  readonly template: Template;
  readonly clock: RegionClock;
  /** Where the handlers' paths begin. */
  readonly codeDir: string;
  /** AWS endpoint for the functions. */
  readonly endpoint: string;
  readonly region: string;
  readonly onLine: (functionName: string, line: string) => void;
}

interface Invocation {
  readonly requestId: string;
  readonly event: unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Environment {
  readonly id: string;
  readonly child: ChildProcess;
  running?: Invocation;
  /** The open request for the next invocation. */
  waiting?: ServerResponse;
}

interface FunctionState {
  readonly logicalId: string;
  readonly name: string;
  readonly properties: Record<string, unknown>;
  readonly queue: Invocation[];
  readonly environments: Set<Environment>;
  /** Told once when an environment has loaded, or has failed to. */
  readonly onLoaded: (() => void)[];
}

/** Two cores: more environments per function would only wait for each other. */
const environmentsMax = 2;
/** Node's fetch gives a request up after five minutes: an environment without work is told to ask again before that. */
const idleMs = 120_000;
const bootstrap = fileURLToPath(new URL('../lambda/bootstrap.ts', import.meta.url));

export async function startFunctions(options: FunctionsOptions): Promise<Functions> {
  const { template, clock, region } = options;
  const states = new Map<string, FunctionState>();
  const environments = new Map<string, { state: FunctionState; environment: Environment }>();
  let serial = 0;
  let stopping = false;

  for (const logicalId of template.idsOf('AWS::Lambda::Function')) {
    const properties = template.properties(logicalId);
    const name = String(properties.FunctionName ?? logicalId);
    states.set(logicalId, { logicalId, name, properties, queue: [], environments: new Set(), onLoaded: [] });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  /** `/ENVIRONMENT/2018-06-01/runtime/…` */
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, id = '', , , area, action, outcome] = (request.url ?? '').split('/');
    const found = environments.get(id);
    if (found === undefined) {
      response.writeHead(410).end();
      return;
    }
    const { state, environment } = found;
    if (area === 'invocation' && action === 'next') {
      environment.waiting = response;
      setTimeout(() => {
        if (environment.waiting !== response) return;
        delete environment.waiting;
        response.writeHead(204).end();
      }, idleMs).unref();
      for (const tell of state.onLoaded.splice(0)) tell();
      handOut(state);
      return;
    }
    const body = await textOf(request);
    response.writeHead(202).end();
    if (area === 'init') {
      fail(state, environment, `${state.name} did not start: ${body}`);
      return;
    }
    const { running } = environment;
    delete environment.running;
    if (outcome === 'response') running?.resolve(JSON.parse(body));
    else running?.reject(new Error(`${state.name}: ${body}`));
  };

  const handOut = (state: FunctionState): void => {
    for (const environment of state.environments) {
      if (environment.waiting === undefined || environment.running !== undefined) continue;
      const invocation = state.queue.shift();
      if (invocation === undefined) return;
      const { waiting } = environment;
      delete environment.waiting;
      environment.running = invocation;
      const timeoutMs = Number(state.properties.Timeout ?? 3) * 1000;
      waiting.writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': invocation.requestId,
        'lambda-runtime-deadline-ms': String(clock.nowMs() + timeoutMs),
        'lambda-runtime-invoked-function-arn': `arn:aws:lambda:${region}:111122223333:function:${state.name}`,
        'ballast-region-clock': `${clock.nowMs()} ${clock.speed}`,
      });
      waiting.end(JSON.stringify(invocation.event));
      // The machine's time, not the region's: a fast clock does not make the code faster.
      const timer = setTimeout(() => {
        if (environment.running === invocation)
          fail(state, environment, `${state.name}: timed out after ${timeoutMs} ms`);
      }, timeoutMs);
      timer.unref();
    }
    const free = [...state.environments].some(({ running }) => running === undefined);
    if (state.queue.length > 0 && !free && state.environments.size < environmentsMax) start(state);
  };

  const start = (state: FunctionState): void => {
    serial += 1;
    const id = `environment-${serial}`;
    const variables = record(record(state.properties.Environment).Variables);
    const child = spawn(process.execPath, [bootstrap], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, String(value)])),
        _HANDLER: String(state.properties.Handler),
        LAMBDA_TASK_ROOT: options.codeDir,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}/${id}`,
        AWS_LAMBDA_FUNCTION_NAME: state.name,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(state.properties.MemorySize ?? 128),
        AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${state.name}`,
        AWS_REGION: region,
        // Tells the wire whose call it is.
        AWS_ACCESS_KEY_ID: state.logicalId,
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL: options.endpoint,
        TZ: 'UTC',
      },
    });
    const environment: Environment = { id, child };
    state.environments.add(environment);
    environments.set(id, { state, environment });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => options.onLine(state.name, line));
    }
    child.once('exit', () => {
      if (!stopping) fail(state, environment, `${state.name}: the execution environment ended`);
    });
  };

  const fail = (state: FunctionState, environment: Environment, message: string): void => {
    const { running } = environment;
    delete environment.running;
    state.environments.delete(environment);
    environments.delete(environment.id);
    environment.child.kill('SIGKILL');
    for (const tell of state.onLoaded.splice(0)) tell();
    running?.reject(new Error(message));
    // Nobody is left to take what waits: it fails as well, and its messages come again.
    if (state.environments.size === 0) for (const waiting of state.queue.splice(0)) waiting.reject(new Error(message));
  };

  const stateOf = (logicalId: string): FunctionState => {
    const state = states.get(logicalId);
    if (state === undefined) throw new Error(`${logicalId} is no function of the template`);
    return state;
  };

  return {
    idOf(functionArn) {
      const name = functionArn.slice(functionArn.lastIndexOf(':') + 1);
      const state = [...states.values()].find((one) => one.name === name);
      if (state === undefined) throw new Error(`${functionArn} is no function of the template`);
      return state.logicalId;
    },
    nameOf: (logicalId) => stateOf(logicalId).name,
    async warmUp() {
      const loaded = [...states.values()].map((state) => new Promise<void>((resolve) => state.onLoaded.push(resolve)));
      for (const state of states.values()) start(state);
      await Promise.all(loaded);
    },
    invoke(logicalId, event) {
      // A poller may have a batch in hand when the region stops: nothing may be started for it any more.
      if (stopping) return Promise.reject(new Error('the region stops'));
      const state = stateOf(logicalId);
      serial += 1;
      const requestId = `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`;
      return new Promise((resolve, reject) => {
        state.queue.push({ requestId, event, resolve, reject });
        if (state.environments.size === 0) start(state);
        handOut(state);
      });
    },
    async stop() {
      stopping = true;
      const unfinished = [...states.values()].flatMap((state) => [
        ...state.queue.splice(0),
        ...[...state.environments].flatMap(({ running }) => running ?? []),
      ]);
      for (const invocation of unfinished) invocation.reject(new Error('the region stops'));
      const ends = [...environments.values()].map(
        ({ environment }) =>
          new Promise<void>((resolve) => {
            environment.child.once('exit', () => resolve());
            environment.child.kill('SIGKILL');
          }),
      );
      await Promise.all(ends);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
