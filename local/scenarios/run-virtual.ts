import type { DecisionRecord } from '../../shared/decisions/plan.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { BusEvent } from '../../shared/ports/bus.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import type { RuleSet } from '../rules.ts';
import { type AwsRequest, createVirtualRegion } from '../virtual/virtual-region.ts';
import { createWorld, type EventBridgeEvent } from '../world/world.ts';
import type { Outcome, Telling } from './outcome.ts';
import { createParts } from './parts.ts';
import { type Operator, type Scenario, scenarioStartMs } from './scenario.ts';

const writing = /^(Create|Update|Delete|Stop|Run|Tag|Untag|Put|Register|Deregister)/;

/** Whether the action changes anything in the account. */
function isWrite({ service, action }: Pick<AwsRequest, 'service' | 'action'>): boolean {
  return service !== 'tagging' && writing.test(action);
}

/** What is told of checkpoints and jobs, as lines. */
function tellingTelemetry(tell: (what: Telling['what'], value: string, about: string) => void): Partial<Telemetry> {
  return {
    checkpointReported: (report, { outcome }) => tell('reported', outcome, report.taskArn),
    checkpointExpired: (checkpointId) => tell('expired', 'expired', checkpointId),
    hookFailed: (hook, _checkpointId, failure) => tell('hook failed', failure, hook),
    hookUnknown: (hook, taskArn) => tell('hook unknown', hook, taskArn),
    taskResumed: (taskArn, newTaskArn) => tell('resumed', newTaskArn, taskArn),
    taskNotResumed: (taskArn, reason) => tell('not resumed', reason, taskArn),
    resumeWaits: (taskArn, reason) => tell('waits', reason, taskArn),
    messageFailed: (functionName, messageId) => tell('poison', functionName, messageId),
  };
}

export interface RunOptions {
  readonly seed?: number;
  readonly withBallast: boolean;
  readonly rules: RuleSet;
  readonly stackPolicy: StackPolicy;
}

/** Plays the scenario on a virtual clock, in one process. The same seed gives the same outcome. */
export async function runVirtually(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const world = createWorld({
    seed: options.seed ?? scenario.seed,
    startMs: scenarioStartMs,
    switches: scenario.switches,
  });
  const cast = scenario.setUp(world);
  const steps = new Map(cast.services.map(({ name, arn }) => [name, world.figures.record(arn)]));
  const events: { readonly atMs: number; readonly event: EventBridgeEvent }[] = [];
  world.onEvent((event) => events.push({ atMs: world.nowMs, event }));
  const decisions: DecisionRecord[] = [];
  const requests: AwsRequest[] = [];
  const busEvents: { readonly atMs: number; readonly event: BusEvent }[] = [];
  const tellings: Telling[] = [];
  const region = options.withBallast
    ? createVirtualRegion({
        world,
        rules: options.rules,
        stackPolicy: { ...options.stackPolicy, ...scenario.stackPolicy },
        on: {
          decision: (record) => decisions.push(record),
          awsRequest: (request) => requests.push(request),
          busEvent: (event, atMs) => busEvents.push({ event, atMs }),
          telemetry: tellingTelemetry((what, value, about) => tellings.push({ atMs: world.nowMs, what, value, about })),
        },
        ...(scenario.lambdas === undefined ? {} : { lambdas: scenario.lambdas }),
        ...(scenario.deliveries === undefined ? {} : { deliveries: scenario.deliveries }),
      })
    : undefined;
  const operator: Operator | undefined =
    region === undefined
      ? undefined
      : {
          ...region.ledger,
          report: region.report,
          redrive: () => {
            for (const { event } of [...events]) region.deliver(event);
          },
        };
  const countingJobs = scenario.countingJobs?.(world, operator?.report ?? (() => {}));
  if (countingJobs !== undefined) world.runContainersWith(countingJobs);
  const runUntil = async (ms: number): Promise<void> => {
    if (region === undefined) world.advanceTo(ms);
    else await region.runUntil(ms);
  };
  const parts = createParts(world, cast);
  for (const act of scenario.acts) {
    await runUntil(scenarioStartMs + act.atMs);
    if (act.opensPart !== undefined) parts.open(act.opensPart);
    await act.run(world, cast, operator);
  }
  await runUntil(scenarioStartMs + scenario.durationMs);

  const counts: Record<string, number> = {};
  for (const { action } of requests) counts[action] = (counts[action] ?? 0) + 1;
  return {
    cast,
    parts: parts.close(),
    requests: counts,
    writes: requests.filter(isWrite),
    calls: requests,
    decisions,
    steps,
    events,
    busEvents,
    tellings,
    deadLetters: region?.deadLetters ?? [],
    ...(countingJobs === undefined ? {} : { countingJobs }),
    world,
    ...(region === undefined ? {} : { ledger: region.ledger }),
  };
}
