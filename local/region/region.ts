import type { Message } from '@aws-sdk/client-sqs';
import { AwsError } from '../world/aws-error.ts';
import type { ContainerRuntime } from '../world/containers.ts';
import type { EventBridgeEvent, World } from '../world/world.ts';
import { type AlarmChange, type Alarms, createAlarms } from './alarms.ts';
import { invocationMetric, queueMetric, serviceMetrics } from './aws-metrics.ts';
import { createEventBuses, type Taken } from './event-buses.ts';
import { type Functions, startFunctions } from './functions.ts';
import type { LambdaHooks } from './lambda-invoke.ts';
import { createMetricStore, type MetricStore } from './metrics.ts';
import { startPollers } from './pollers.ts';
import { type Queues, startQueues } from './queues.ts';
import { createRegionClock, type RegionClock } from './region-clock.ts';
import type { Objects } from './s3.ts';
import { startTables } from './table.ts';
import { readTemplate, type Template } from './template.ts';
import { type AwsCall, startWire } from './wire.ts';

export interface RegionOptions {
  /** The packaged CloudFormation template. */
  readonly templateFile: string;
  /** Where the handlers' paths begin. */
  readonly codeDir: string;
  readonly world: World;
  /** Virtual seconds per real second. */
  readonly speed: number;
  /** Functions of the user's that run in this process, by name: Lambda's Invoke hands over to them, and to the stack's. */
  readonly lambdaHooks?: LambdaHooks;
  /**
   * When an event of the world is delivered to the default bus: a delay in virtual ms per delivery. Several are
   * duplicates, none is a loss; at once unless given.
   */
  readonly deliveries?: (event: EventBridgeEvent) => readonly number[];
  readonly on?: {
    readonly event?: (busName: string, event: EventBridgeEvent, taken: readonly Taken[]) => void;
    readonly invocation?: (functionName: string, messages: readonly Message[], failed: number) => void;
    /** A line that a function wrote and that is no metric. */
    readonly log?: (functionName: string, line: string) => void;
    readonly awsCall?: (call: AwsCall) => void;
    readonly alarm?: (change: AlarmChange) => void;
  };
}

export interface Region {
  readonly clock: RegionClock;
  readonly endpoint: string;
  readonly template: Template;
  readonly metrics: MetricStore;
  readonly alarms: Alarms;
  /** From now on CloudWatch takes what PutMetricData brings, or fails. */
  takeMetrics(takes: boolean): void;
  readonly queues: Queues;
  /** Amazon S3's, by `bucket/key`. */
  readonly objects: Objects;
  /** Tasks that reach RUNNING from now on get their containers from it; an exit happens at the region's present. */
  runContainersWith(runtime: ContainerRuntime): void;
  /**
   * Calls a function of the stack by its name or ARN and waits, as Lambda's Invoke does. @throws when it fails or its
   * time is over.
   */
  invokeFunction(name: string, event: unknown): Promise<unknown>;
  /** An event into the default bus. @returns the rules that took it. */
  putEvent(event: EventBridgeEvent): Promise<Taken[]>;
  /** Resolves when that moment is reached. @throws what a part of the region failed with. */
  until(ms: number): Promise<void>;
  stop(): Promise<void>;
}

const regionName = 'us-east-1';
const account = '111122223333';
/** What functions and containers are given. */
const secretAccessKey = 'local';
/** Real milliseconds between two looks at the world's clock. */
const pumpMs = 5;
const alarmsEveryMs = 60_000;
/** After the minute's end: what its log lines tell has to be read first. */
const alarmsLateMs = 10_000;

/**
 * A Region on loopback around a world: AWS's endpoints, queues, table, buses and functions, all as the packaged
 * template says. The functions are the bundles as deployed, in child processes.
 */
export async function startRegion(options: RegionOptions): Promise<Region> {
  const { world, on = {}, deliveries = atOnce } = options;
  // Stands almost still until everything is up.
  const clock = createRegionClock(world.nowMs, 0.001);
  const metrics = createMetricStore(clock.nowMs);
  let takesMetrics = true;
  // Lambda's Invoke knows the stack's functions as well, once they are up.
  const lambdas: Record<string, (payload: unknown) => Promise<unknown>> = { ...options.lambdaHooks };
  // Queues and rules need each other's addresses: the wire listens first and hands on when they are there.
  let buses: ReturnType<typeof createEventBuses> | undefined;
  let pollers: ReturnType<typeof startPollers> | undefined;
  const present = pumped(world, clock);
  const wire = await startWire({
    world: present,
    nowMs: clock.nowMs,
    putEvents: async (input) => buses?.putEvents(input) ?? {},
    putMetricData(input) {
      if (!takesMetrics) throw new AwsError('InternalServiceFault', 'the embedded region refuses metrics', 500);
      metrics.putMetricData(input);
    },
    secretAccessKey,
    lambdaHooks: lambdas,
    onCall(call) {
      on.awsCall?.(call);
      if (call.service === 'sqs') nudgeAll();
    },
  });
  const template = readTemplate(options.templateFile, { region: regionName, account, endpoint: wire.endpoint });
  const [queues, tables] = await Promise.all([
    startQueues(template, clock, regionName),
    startTables(template, regionName),
  ]);
  wire.forward('sqs', queues.port);
  wire.forward('dynamodb', tables.port);
  const functions = counted(
    clock,
    metrics,
    await startFunctions({
      template,
      clock,
      codeDir: options.codeDir,
      endpoint: wire.endpoint,
      region: regionName,
      onLine(functionName, line) {
        if (!metrics.takeLogLine(line)) on.log?.(functionName, line);
      },
    }),
  );
  for (const id of template.idsOf('AWS::Lambda::Function')) {
    lambdas[functions.nameOf(id)] ??= (payload) => functions.invoke(id, payload);
  }
  buses = createEventBuses({
    template,
    region: regionName,
    account,
    nowMs: clock.nowMs,
    async deliver(targetArn, event) {
      await queues.send(targetArn, JSON.stringify(event));
      pollers?.nudge(targetArn);
    },
    onEvent: (busName, event, taken) => on.event?.(busName, event, taken),
  });
  pollers = startPollers({
    template,
    queues,
    functions,
    region: regionName,
    onInvocation: (functionName, messages, failed) => on.invocation?.(functionName, messages, failed),
  });
  // CloudWatch looks at whole periods.
  const minuteMs = () => Math.floor(clock.nowMs() / alarmsEveryMs) * alarmsEveryMs;
  const alarms = createAlarms(template, metrics, minuteMs, (change) => on.alarm?.(change));

  await functions.warmUp();
  clock.setSpeed(options.speed);

  const mappedQueues = template.idsOf('AWS::SQS::Queue').map((id) => queues.arnOf(id));
  const nudgeAll = (): void => {
    for (const arn of mappedQueues) pollers?.nudge(arn);
  };

  let failure: unknown;
  let stopped = false;
  const guard = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      if (!stopped) failure ??= error;
    });
  };
  world.onEvent((event) => {
    for (const delayMs of deliveries(event)) world.after(delayMs, () => guard(buses.put('default', event)));
  });

  const due = new Map<string, number>();
  let alarmsDueMs = minuteMs() + alarmsEveryMs + alarmsLateMs;
  const pump = setInterval(() => {
    world.advanceTo(clock.nowMs());
    for (const { rule, targetArn, everyMs } of buses.schedules) {
      if ((due.get(rule) ?? 0) > clock.nowMs()) continue;
      // A schedule that was missed at high speed is skipped, not caught up with.
      due.set(rule, clock.nowMs() + everyMs);
      guard(functions.invoke(functions.idOf(targetArn), scheduledEvent(rule, clock.nowMs())));
    }
    if (alarmsDueMs <= clock.nowMs()) {
      alarmsDueMs = minuteMs() + alarmsEveryMs + alarmsLateMs;
      for (const point of serviceMetrics(world, clock.nowMs())) metrics.add(point);
      guard(countDeadLetters(template, queues, metrics, clock.nowMs()));
      alarms.evaluate();
    }
  }, pumpMs);

  return {
    clock,
    endpoint: wire.endpoint,
    template,
    metrics,
    alarms,
    takeMetrics(takes) {
      takesMetrics = takes;
    },
    queues,
    objects: wire.objects,
    runContainersWith: present.runContainersWith,
    invokeFunction: async (name, event) => functions.invoke(functions.idOf(name), event),
    putEvent: (event) => buses.put('default', event),
    async until(ms) {
      while (clock.nowMs() < ms) {
        if (failure !== undefined) throw failure;
        await new Promise((resolve) => setTimeout(resolve, Math.min(50, clock.realMsUntil(ms) + 1)));
      }
    },
    async stop() {
      stopped = true;
      clearInterval(pump);
      await functions.stop();
      await pollers?.stop();
      await Promise.all([queues.stop(), tables.stop(), wire.stop()]);
    },
  };
}

const atOnce = () => [0];

/** Lambda's own metric of each invocation. */
function counted(clock: RegionClock, metrics: MetricStore, functions: Functions): Functions {
  return {
    ...functions,
    async invoke(logicalId, event) {
      const count = (failed: boolean) =>
        metrics.add(invocationMetric(functions.nameOf(logicalId), failed, clock.nowMs()));
      try {
        const answer = await functions.invoke(logicalId, event);
        count(false);
        return answer;
      } catch (error) {
        count(true);
        throw error;
      }
    },
  };
}

/** Of the queues that nobody reads: the others are empty before anybody could look. */
async function countDeadLetters(template: Template, queues: Queues, metrics: MetricStore, atMs: number): Promise<void> {
  const unread = template.idsOf('AWS::SQS::Queue').filter((id) => /(DeadLetter|UndeliveredEvents)Queue$/.test(id));
  await Promise.all(
    unread.map(async (id) => {
      metrics.add(queueMetric(String(template.properties(id).QueueName), await queues.visible(id), atMs));
    }),
  );
}

/** A call, an exit and a look find the world at the region's present. */
function pumped(world: World, clock: RegionClock): World {
  return {
    ...world,
    get nowMs() {
      return world.nowMs;
    },
    call(service, action, input) {
      world.advanceTo(clock.nowMs());
      return world.call(service, action, input);
    },
    taskMetadata(taskId) {
      world.advanceTo(clock.nowMs());
      return world.taskMetadata(taskId);
    },
    runContainersWith(runtime) {
      world.runContainersWith({
        start: (task, exit) =>
          runtime.start(task, (exitCode) => {
            world.advanceTo(clock.nowMs());
            exit(exitCode);
          }),
      });
    },
  };
}

function scheduledEvent(rule: string, nowMs: number): EventBridgeEvent {
  return {
    version: '0',
    id: '00000000-0000-4000-8000-000000000000',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account,
    time: new Date(nowMs).toISOString(),
    region: regionName,
    resources: [`arn:aws:events:${regionName}:${account}:rule/${rule}`],
    detail: {},
  };
}
