import { RetryableError } from '../../shared/errors.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { RuleSet } from '../rules.ts';
import { createQuietTelemetry } from '../virtual/quiet-telemetry.ts';
import type { EventBridgeEvent, World } from '../world/world.ts';
import type { Clockwork } from './clockwork.ts';
import type { Faults } from './faults.ts';
import { createDeps } from './function-deps.ts';
import { batchSize, type FunctionName, functionNames, functionSetups } from './function-setups.ts';
import { loadFunction } from './functions.ts';
import { createPorts, type Invocation, skewedClock } from './invocation.ts';
import { createLambda, type Lambda } from './lambda.ts';
import { type Listener, toldOf } from './listener.ts';
import type { PlantedBug } from './planted-bug.ts';
import { createQueue, type Message, type Queue } from './queue.ts';
import { rememberedRules } from './remembered-rules.ts';
import { createWays } from './ways.ts';

export interface RegionOptions {
  readonly world: World;
  readonly clockwork: Clockwork;
  readonly faults: Faults;
  /** Actions that the functions' role is denied. */
  readonly denied: ReadonlySet<string>;
  readonly rules: RuleSet;
  readonly stackPolicy: StackPolicy;
  readonly ledger: Ledger;
  /** The caller's clock, for what the ledger's adapter reads of it. */
  readonly callerSkew: { ms: number };
  readonly listeners: readonly Listener[];
  readonly bug?: PlantedBug | undefined;
}

export interface Region {
  readonly queues: Readonly<Record<FunctionName, Queue>>;
  readonly portCalls: number;
  /** An event of a task's own on the bus `ballast`. */
  report(detailType: string, detail: object): void;
}

const ruleQueues: Readonly<Record<string, FunctionName>> = {
  SpotNoticeRule: 'on-spot-notice',
  TaskStateChangeRule: 'on-task-state-change',
  ServiceActionRule: 'on-service-action',
  DeploymentStateChangeRule: 'on-deployment-state-change',
};
const scheduleMs = 60_000;
/** From the event to its queue. */
const busMs = [40, 400] as const;

/** The functions, each behind its queue, with everything that can go wrong between them. */
export function createRegion(options: RegionOptions): Region {
  const { world, clockwork, faults, denied, rules, stackPolicy, ledger, callerSkew, listeners, bug } = options;
  const ports = createPorts(clockwork, faults);
  const on = toldOf(listeners);
  const matching = rememberedRules(rules);
  const { ledgerFor, awsFor, sqsFor, eventsFor, hookAnswer } = createWays({
    world,
    clockwork,
    faults,
    denied,
    ports,
    ledger,
    callerSkew,
    queues: () => queues,
    on,
  });

  const load = (name: FunctionName) => (invocation: () => Invocation, skewMs: number) => {
    const deps = createDeps({
      aws: awsFor(invocation),
      sqs: sqsFor(invocation),
      events: eventsFor(invocation),
      ledger: ledgerFor(invocation, skewMs),
      gauges: { put: () => ports.call(invocation(), 'gauges', 'PutMetricData', () => {}) },
      hooks: { invoke: (_lambda, _request, withinMs) => hookAnswer(invocation(), withinMs) },
      clock: skewedClock(clockwork, skewMs),
      telemetry: {
        ...createQuietTelemetry((record) => {
          for (const listener of on.decided) listener(record, invocation());
        }),
        postponed: (serviceArn, why, error) => {
          for (const listener of on.postponed) listener(serviceArn, why, error, invocation());
        },
      },
      stackPolicy,
    });
    const given = bug?.deps?.(deps, name) ?? deps;
    const loaded = loadFunction(name, given, (message, error) => {
      for (const listener of on.threw) listener(invocation(), message, error);
    });
    return bug?.loaded?.(loaded, name, given) ?? loaded;
  };

  const lambdas = Object.fromEntries(
    functionNames.map((name) => [name, createLambda(name, clockwork, faults, load(name))]),
  ) as Record<FunctionName, Lambda>;

  const poll = (name: FunctionName): void => {
    const lambda = lambdas[name];
    const queue = queues[name];
    while (lambda.hasRoom) {
      const messages = queue.take(batchSize);
      if (messages.length === 0) return;
      if (name === 'decide' && faults.strikes('message comes again too early', clockwork.nowMs)) {
        queue.showAgain(messages, faults.draw.between(200, 4_000));
      }
      let failed: ReadonlySet<Message> = new Set(messages);
      lambda.run(
        async (loaded) => {
          failed = await loaded.handle(messages);
        },
        (invocation, crashed) => {
          for (const message of messages) {
            message.wasHit ||= invocation.faults.length > 0;
            if (!failed.has(message)) queue.delete(message);
          }
          for (const listener of on.ended) listener(invocation, messages, failed, crashed);
          if (queue.waiting > 0) clockwork.after(5, () => poll(name));
        },
      );
    }
  };
  const queues = Object.fromEntries(
    functionNames.map((name) => {
      const delayMs = name === 'decide' ? 1_000 : 0;
      return [name, createQueue({ ...functionSetups[name], delayMs }, clockwork, faults.draw, () => poll(name))];
    }),
  ) as Record<FunctionName, Queue>;

  const deliver = (name: FunctionName, event: EventBridgeEvent, laterMs: number): void => {
    clockwork.after(faults.draw.between(...busMs) + laterMs, () => {
      for (const listener of on.queued) listener(name, event);
      queues[name].send(event);
      const { nowMs } = clockwork;
      if (faults.strikes('message delivered twice', nowMs)) queues[name].send(event);
      if (faults.strikes('poison message', nowMs)) queues[name].send({ detail: 7 }, { isPoison: true });
    });
  };
  world.onEvent((event) => {
    for (const rule of matching(event)) {
      const name = ruleQueues[rule];
      if (name === undefined) continue;
      const { nowMs } = clockwork;
      if (faults.strikes('event dropped', nowMs)) continue;
      let laterMs = 0;
      if (faults.strikes('event overtaken', nowMs)) laterMs += faults.draw.between(500, 8_000);
      if (faults.strikes('event delayed', nowMs)) laterMs += faults.draw.between(5_000, 60_000);
      deliver(name, event, laterMs);
      if (faults.strikes('event duplicated', nowMs)) deliver(name, event, faults.draw.between(0, 90_000));
    }
  });

  const tick = (): void => {
    clockwork.after(scheduleMs, tick);
    lambdas.reconcile.run(
      async (loaded) => {
        await loaded.tick?.();
      },
      (invocation, crashed) => {
        for (const listener of on.ended) listener(invocation, [], new Set(), crashed);
        if (crashed && invocation.faults.length === 0) {
          for (const listener of on.threw) listener(invocation, undefined, new RetryableError('the schedule failed'));
        }
      },
    );
  };
  clockwork.after(0, tick);

  let reports = 0;
  return {
    queues,
    get portCalls() {
      return ports.count;
    },
    report(detailType, detail) {
      reports += 1;
      const { nowMs } = clockwork;
      const event: EventBridgeEvent = {
        version: '0',
        id: `report-${reports}`,
        'detail-type': detailType,
        source: 'ballast.task',
        account: '111122223333',
        region: 'us-east-1',
        time: new Date(Math.floor(nowMs / 1_000) * 1_000).toISOString(),
        resources: [],
        detail: { ...detail },
      };
      deliver('on-checkpoint-report', event, 0);
      if (faults.strikes('event duplicated', nowMs)) deliver('on-checkpoint-report', event, 20_000);
    },
  };
}
