import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { DecisionRecord } from '../../shared/decisions/plan.ts';
import { PoisonError } from '../../shared/errors.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { createEmfTelemetry } from '../../shared/telemetry/emf-telemetry.ts';
import { metricNamespace, metricUnits } from '../../shared/telemetry/metrics.ts';
import { createAlarms } from '../region/alarms.ts';
import { invocationMetric, queueMetric, serviceMetrics } from '../region/aws-metrics.ts';
import { createLogStore } from '../region/logs.ts';
import { createMetricStore } from '../region/metrics.ts';
import type { Template } from '../region/template.ts';
import type { RuleSet } from '../rules.ts';
import type { Operator, Scenario } from '../scenarios/scenario.ts';
import { scenarioStartMs } from '../scenarios/scenario.ts';
import { createTimeline } from '../scenarios/timeline.ts';
import { functionOf } from '../virtual/function-of.ts';
import { type AwsRequest, createVirtualRegion } from '../virtual/virtual-region.ts';
import { createWorld, type EventBridgeEvent } from '../world/world.ts';
import { createHappenings } from './happenings.ts';
import type { AlarmTurn, DashboardSource } from './source.ts';

const minuteMs = 60_000;

export interface WatchOptions {
  readonly rules: RuleSet;
  readonly stackPolicy: StackPolicy;
  readonly template: Template;
  /** Whether CloudWatch takes metrics from the start. */
  readonly takesMetrics?: boolean;
}

/** What was watched besides what a dashboard shows. */
export interface Watched {
  readonly source: DashboardSource;
  readonly decisions: readonly DecisionRecord[];
  readonly requests: readonly AwsRequest[];
  /** How often `reconcile` put metrics, and how often that was refused. */
  readonly puts: { readonly taken: number; readonly refused: number };
  /** To that many minutes after the start of the scenario. */
  playTo(minutes: number): Promise<void>;
}

/**
 * Plays a scenario on a virtual clock with everything that CloudWatch would get of it: the metrics and log lines of the
 * functions as Powertools writes them, the gauges, what AWS's own services publish, and the stack's alarms, looked at
 * once a minute.
 */
export function watchVirtually(
  scenario: Scenario,
  { rules, stackPolicy, template, takesMetrics: takesAtFirst = true }: WatchOptions,
): Watched {
  const world = createWorld({ seed: scenario.seed, startMs: scenarioStartMs, switches: scenario.switches });
  const cast = scenario.setUp(world);
  const nowMs = () => world.nowMs;
  const metrics = createMetricStore(nowMs);
  const logs = createLogStore();
  const alarmChanges: AlarmTurn[] = [];
  const { happenings, tell } = createHappenings(nowMs);
  const timeline = createTimeline(scenarioStartMs, nowMs, () => {}, tell);
  const alarms = createAlarms(template, metrics, nowMs, (change) => {
    alarmChanges.push(change);
    timeline.alarm(change);
  });
  const decisions: DecisionRecord[] = [];
  const requests: AwsRequest[] = [];
  const puts = { taken: 0, refused: 0 };
  let takesMetrics = takesAtFirst;

  const functionNames = template
    .idsOf('AWS::Lambda::Function')
    .map((id) => String(template.properties(id).FunctionName));
  const deployedName = (short: string): string => functionNames.find((name) => name.endsWith(`-${short}`)) ?? short;
  const onLine = (short: string, line: string): void => {
    if (metrics.takeLogLine(atPresent(line, world.nowMs))) return;
    logs.add(`/aws/lambda/${deployedName(short)}`, line, world.nowMs);
    timeline.log(short, line);
  };
  const telemetry = tellingTelemetry(onLine, (short) =>
    metrics.add(invocationMetric(deployedName(short), false, world.nowMs)),
  );

  world.onEvent((event) =>
    timeline.event(
      'default',
      event,
      rules.matching(event).map((rule) => ({ rule, targetArn: '' })),
    ),
  );
  const region = createVirtualRegion({
    world,
    rules,
    stackPolicy: { ...stackPolicy, ...scenario.stackPolicy },
    on: {
      telemetry: {
        ...telemetry,
        decided(record, ...more) {
          decisions.push(record);
          telemetry.decided(record, ...more);
        },
      },
      awsRequest(request) {
        requests.push(request);
        timeline.awsCall({ ...request, caller: 'Ballast' });
      },
      busEvent: ({ detailType, detail }) => timeline.event('ballast', busEvent(detailType, { ...detail }), []),
      gauges(gauges, atMs) {
        metrics.add(invocationMetric(deployedName('reconcile'), false, atMs));
        if (!takesMetrics) {
          puts.refused += 1;
          throw new Error('PutMetricData: InternalServiceFault');
        }
        puts.taken += 1;
        for (const { name, value, dimensions } of gauges) {
          metrics.add({ namespace: metricNamespace, name, dimensions, value, unit: metricUnits[name], atMs });
        }
      },
    },
    ...(scenario.lambdas === undefined ? {} : { lambdas: scenario.lambdas }),
    ...(scenario.deliveries === undefined ? {} : { deliveries: scenario.deliveries }),
  });

  /** Messages in queues that alarms look at, by the logical id. */
  const deadLetters = new Map<string, number>();
  const put = (queue: string): void => {
    deadLetters.set(queue, (deadLetters.get(queue) ?? 0) + 1);
  };
  const operator: Operator = {
    ...region.ledger,
    report: region.report,
    redrive: () => {},
    disturb: {
      tell: region.deliver,
      crash(short, times) {
        for (let time = 0; time < times; time += 1)
          metrics.add(invocationMetric(deployedName(short), true, world.nowMs));
      },
      poison(short) {
        const error = new PoisonError('the body is no JSON');
        tellingTelemetry((_, line) => onLine(short, line)).messageFailed(short, 'poison', error);
        put(deadLetterQueueOf(template, short));
      },
      undelivered: () => put('UndeliveredEventsQueue'),
      drain: () => deadLetters.clear(),
      takeMetrics(takes) {
        takesMetrics = takes;
      },
    },
  };
  const jobs = scenario.countingJobs?.(world, region.report);
  if (jobs !== undefined) world.runContainersWith(jobs);

  const watchedQueues = template.idsOf('AWS::SQS::Queue');
  const publishAwsMetrics = (): void => {
    for (const point of serviceMetrics(world, world.nowMs)) metrics.add(point);
    for (const id of watchedQueues) {
      metrics.add(queueMetric(String(template.properties(id).QueueName), deadLetters.get(id) ?? 0, world.nowMs));
    }
  };

  const acts = [...scenario.acts];
  let nextMinuteMs = scenarioStartMs;
  const runTo = async (untilMs: number): Promise<void> => {
    for (; nextMinuteMs <= untilMs; nextMinuteMs += minuteMs) {
      await region.runUntil(nextMinuteMs);
      alarms.evaluate();
      publishAwsMetrics();
    }
    await region.runUntil(untilMs);
  };

  return {
    source: {
      story: scenario.summary,
      template,
      metrics,
      alarms,
      alarmChanges,
      logs,
      bornMs: scenarioStartMs,
      nowMs,
      happenings,
      async invoke(functionArn, event) {
        if (functionArn.endsWith('-show-services')) return region.showServices(event, functionArn);
        throw new Error(`the embedded region cannot invoke ${functionArn} on a virtual clock`);
      },
    },
    decisions,
    requests,
    puts,
    async playTo(minutes) {
      const untilMs = scenarioStartMs + minutes * minuteMs;
      for (let act = acts[0]; act !== undefined && scenarioStartMs + act.atMs <= untilMs; act = acts[0]) {
        await runTo(scenarioStartMs + act.atMs);
        acts.shift();
        timeline.act(act.title);
        await act.run(world, cast, operator);
      }
      await runTo(untilMs);
    },
  };
}

/** The telemetry of the deployed functions, with where its lines go to. */
function tellingTelemetry(
  onLine: (functionName: string, line: string) => void,
  onTold: (functionName: string) => void = () => {},
): Telemetry {
  let speaker = '';
  const write = (line: string): void => onLine(speaker, line);
  const pen = { log: write, info: write, warn: write, error: write, debug: write };
  const logger = Object.assign(new Logger({ serviceName: 'ballast' }), { console: pen });
  const metrics = Object.assign(new Metrics({ namespace: metricNamespace, serviceName: 'ballast' }), { console: pen });
  const told = createEmfTelemetry(logger, metrics);
  return new Proxy(told, {
    get(target, name: keyof Telemetry) {
      return (...operands: unknown[]) => {
        // The one thing that is put off for no service in particular are the gauges.
        speaker = name === 'postponed' && operands[0] === 'all services' ? 'reconcile' : functionOf[name];
        onTold(speaker);
        // Each has operands of its own; they are passed on as they come.
        (target[name] as (...all: unknown[]) => void)(...operands);
      };
    },
  });
}

/** Powertools takes the time of the machine. */
function atPresent(line: string, nowMs: number): string {
  return line.replace(/^\{"_aws":\{"Timestamp":\d+/, `{"_aws":{"Timestamp":${nowMs}`);
}

function busEvent(detailType: string, detail: Record<string, unknown>): EventBridgeEvent {
  return {
    version: '0',
    id: '00000000-0000-4000-8000-000000000000',
    'detail-type': detailType,
    source: 'ballast',
    account: '111122223333',
    time: '',
    region: 'us-east-1',
    resources: [],
    detail,
  };
}

/** @returns the logical id. @throws where the function reads no queue. */
function deadLetterQueueOf(template: Template, functionName: string): string {
  for (const id of template.idsOf('AWS::Lambda::EventSourceMapping')) {
    const { FunctionName, EventSourceArn } = template.properties(id);
    if (!String(FunctionName).endsWith(`-${functionName}`)) continue;
    const queueName = String(EventSourceArn).replace(/^.*:/, '');
    const queue = template.idsOf('AWS::SQS::Queue').find((one) => nameOf(template, one) === queueName) ?? '';
    return queue.replace(/Queue$/, 'DeadLetterQueue');
  }
  throw new Error(`${functionName} reads no queue`);
}

function nameOf(template: Template, queue: string): string {
  return String(template.properties(queue).QueueName);
}
