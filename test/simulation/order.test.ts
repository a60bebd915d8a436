import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onDeploymentStateChange } from '../../functions/on-deployment-state-change/on-deployment-state-change.ts';
import { onServiceAction } from '../../functions/on-service-action/on-service-action.ts';
import { onSpotNotice } from '../../functions/on-spot-notice/on-spot-notice.ts';
import { onTaskStateChange } from '../../functions/on-task-state-change/on-task-state-change.ts';
import { createMemoryLedger } from '../../local/memory-ledger.ts';
import { loadRules } from '../../local/rules.ts';
import { demo } from '../../local/scenarios/demo.ts';
import { runVirtually } from '../../local/scenarios/run-virtual.ts';
import { scenarioStartMs } from '../../local/scenarios/scenario.ts';
import { loadStackPolicy } from '../../local/stack-policy.ts';
import { createQuietTelemetry } from '../../local/virtual/quiet-telemetry.ts';
import { rngOf } from '../../local/world/rng.ts';
import { createEnrolmentCache } from '../../shared/enrolment-cache.ts';
import { serviceSignal as deploymentSignal } from '../../shared/events/deployment-state-change.ts';
import { serviceSignal as actionSignal } from '../../shared/events/service-action.ts';
import { taskFacts } from '../../shared/events/task-state-change.ts';
import { bridgeOfTag } from '../../shared/ports/bridge-tag.ts';
import type { BusEvent } from '../../shared/ports/bus.ts';
import type { Task } from '../../shared/ports/ecs.ts';
import type { Enrolment, StoredService, TaskRecord } from '../../shared/ports/ledger.ts';
import {
  aDeploymentStateChange,
  aNotice,
  aServiceAction,
  aSpotPlacementFailure,
  aTaskStateChange,
  type BuiltEvent,
} from '../builders/events.ts';
import { nowMs } from '../builders/service-facts.ts';

/**
 * EventBridge and SQS promise neither order nor once. What the sensors leave in the ledger must depend on the events
 * alone: on neither their order nor their number.
 */

const scope = 'arn:aws:ecs:us-east-1:111122223333';
const clusterArn = `${scope}:cluster/shop`;
const serviceArnOf = (service: string) => `${scope}:service/shop/${service}`;
const taskArnOf = (index: number) => `${scope}:task/shop/${String(index).padStart(32, '0')}`;

const rules = loadRules();
const stackPolicy = loadStackPolicy();

function enrolled(primaryArn: string, ...bridgeArns: readonly string[]): Enrolment[] {
  const tags = { 'ballast:managed': 'true', 'ballast:mode': 'act', 'ballast:checkpoint': 'in-task' };
  return [
    { arn: primaryArn, kind: 'service', tags },
    ...bridgeArns.map(
      (arn): Enrolment => ({ arn, kind: 'bridge', tags: { [bridgeOfTag]: primaryArn }, bridgeOf: primaryArn }),
    ),
  ];
}

/** `web` has enrolled and has a bridge; `plain` has not. */
const shop = enrolled(serviceArnOf('web'), serviceArnOf('ballast-web-g1'));

type Event = Pick<BuiltEvent, 'id' | 'detail'>;
type Sensors = ReturnType<typeof sensorsOf>;
type Message = (sensors: Sensors) => Promise<void>;

/** The sensors on their ledger; the ports that only a decision needs take everything. */
function sensorsOf(enrolments: readonly Enrolment[], atMs: number) {
  const clock = { nowMs: () => atMs };
  const ledger = createMemoryLedger(clock);
  const published: BusEvent[] = [];
  const deps = {
    ledger,
    decisions: { ask: async () => {}, askLater: async () => {} },
    ecs: { describeTasks: async (_cluster: string, taskArns: readonly string[]) => taskArns.map(reclaimedTask) },
    hookCalls: { ask: async () => {} },
    diagnoses: { ask: async () => {} },
    jobs: { look: async () => {}, lookLater: async () => {} },
    bus: { publish: async (events: readonly BusEvent[]) => void published.push(...events) },
    enrolments: createEnrolmentCache({ ...ledger, enrolments: async () => [...enrolments] }, clock),
    telemetry: createQuietTelemetry(() => {}),
    clock,
    tagPrefix: stackPolicy.tagPrefix,
    stackPolicy,
  };
  return {
    ledger,
    published,
    onSpotNotice: onSpotNotice(deps),
    onTaskStateChange: onTaskStateChange(deps),
    onServiceAction: onServiceAction(deps),
    onDeploymentStateChange: onDeploymentStateChange(deps),
  };
}

/** What DescribeTasks says of a task whose event did not tell why it stops. */
function reclaimedTask(taskArn: string): Task {
  return {
    taskArn,
    clusterArn,
    taskDefinitionArn: `${scope}:task-definition/web:7`,
    group: 'service:web',
    desiredStatus: 'STOPPED',
    lastStatus: 'RUNNING',
    capacityProviderName: 'FARGATE_SPOT',
    stopCode: 'SpotInterruption',
    stoppedReason: 'Your Spot Task was interrupted.',
    version: 5,
  };
}

/**
 * What the event becomes in the queue that its rule chooses; nothing where no rule takes it. Read once and delivered
 * often: reading depends on the event alone, and is most of the work.
 */
function messagesOf(event: Event): Message[] {
  return rules.matching(event).map((rule): Message => {
    switch (rule) {
      case 'SpotNoticeRule': {
        const notice = taskFacts(event, nowMs);
        return (sensors) => sensors.onSpotNotice(notice);
      }
      case 'TaskStateChangeRule': {
        const task = taskFacts(event, nowMs);
        return (sensors) => sensors.onTaskStateChange(task);
      }
      case 'ServiceActionRule': {
        const signal = actionSignal(event, nowMs);
        return async (sensors) => signal && sensors.onServiceAction(signal);
      }
      case 'DeploymentStateChangeRule': {
        const signal = deploymentSignal(event, nowMs);
        return async (sensors) => signal && sensors.onDeploymentStateChange(signal);
      }
      default:
        throw new Error(`no sensor is behind ${rule}`);
    }
  });
}

/** What the sensors leave behind, in an order of its own. */
interface Left {
  readonly tasks: readonly TaskRecord[];
  readonly signals: StoredService['signals'];
  /** Checkpoint requests, whole. */
  readonly checkpoints: readonly BusEvent[];
}

async function deliver(
  messages: readonly Message[],
  serviceArn = serviceArnOf('web'),
  enrolments: readonly Enrolment[] = shop,
  atMs = nowMs,
): Promise<Left> {
  const sensors = sensorsOf(enrolments, atMs);
  for (const message of messages) await message(sensors);
  const { tasks, signals } = await sensors.ledger.readService(serviceArn);
  return {
    tasks: [...tasks].sort(by(({ taskArn }) => taskArn)),
    signals,
    checkpoints: [...sensors.published].sort(by(({ detail }) => String(detail.taskArn))),
  };
}

function by<T>(keyOf: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => keyOf(a).localeCompare(keyOf(b));
}

/** So many seconds before the moment of the tests. */
function ago(seconds: number): string {
  return new Date(nowMs - seconds * 1000).toISOString();
}

function tenTimes<T>(items: readonly T[]): T[] {
  return items.flatMap((item) => Array.from({ length: 10 }, () => item));
}

/** By the drawn number, so that a counterexample is a number and not a list of events. */
function shuffled<T>(items: readonly T[], order: number): T[] {
  const rng = rngOf(order, 'order');
  return items
    .map((item) => ({ item, place: rng.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest): T[] => [item, ...rest]));
}

/**
 * How a task ends. `unclear`: AWS tells neither stopCode nor reason, so that DescribeTasks has to. `notice lost`, and
 * `only the notice`: the rest of its stop is never told.
 */
const ends = ['runs', 'spot', 'unclear', 'scaled in', 'notice lost', 'only the notice'] as const;

const members = {
  gaps: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 7, maxLength: 7 }),
  leftOut: fc.array(fc.subarray(['cpu', 'startedBy', 'capacityProviderName']), { minLength: 7, maxLength: 7 }),
  startedSecondsAgo: fc.integer({ min: 200, max: 3_600 }),
  isRunningTold: fc.boolean(),
};

/** Spot takes no task of a bridge: those run on demand. */
const drawnTask = fc.oneof(
  { weight: 3, arbitrary: fc.record({ service: fc.constant('web'), end: fc.constantFrom(...ends), ...members }) },
  { weight: 1, arbitrary: fc.record({ service: fc.constant('plain'), end: fc.constantFrom(...ends), ...members }) },
  {
    weight: 1,
    arbitrary: fc.record({
      service: fc.constant('ballast-web-g1'),
      end: fc.constantFrom('runs' as const, 'scaled in' as const),
      ...members,
    }),
  },
);

interface DrawnTask {
  readonly service: string;
  readonly end: (typeof ends)[number];
  /** From each version to the next. */
  readonly gaps: readonly number[];
  /** AWS leaves members out of one event and not of the next. */
  readonly leftOut: readonly (readonly string[])[];
  readonly startedSecondsAgo: number;
  readonly isRunningTold: boolean;
}

const spotStop = { stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' };
const scaledIn = { stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Scaling activity initiated by deployment' };

/** What ECS tells of a task from its launch to its end, each with a higher version. */
function lifeOf(task: DrawnTask, index: number): BuiltEvent[] {
  const { end, service } = task;
  const why = end === 'unclear' ? {} : end === 'scaled in' ? scaledIn : spotStop;
  const startedAt = ago(task.startedSecondsAgo);
  // ECS sets it once and tells it ever after.
  const stopping = { desiredStatus: 'STOPPED', startedAt, stoppingAt: ago(100), ...why };
  const notices = ['RUNNING', 'DEACTIVATING', 'STOPPING', 'DEPROVISIONING'].map((lastStatus) => ({
    ...stopping,
    lastStatus,
  }));
  const stopped = { ...stopping, lastStatus: 'STOPPED', stoppedAt: ago(60) };
  const states = [
    { lastStatus: 'PENDING', startedAt: undefined },
    ...(task.isRunningTold ? [{ lastStatus: 'RUNNING', startedAt }] : []),
    ...(end === 'runs' || end === 'notice lost' ? [] : notices),
    ...(end === 'runs' || end === 'only the notice' ? [] : [stopped]),
  ];
  let version = 0;
  return states.map((state, place) => {
    version += task.gaps[place] ?? 1;
    const detail = {
      taskArn: taskArnOf(index),
      group: `service:${service}`,
      capacityProviderName: service === 'ballast-web-g1' ? 'FARGATE' : 'FARGATE_SPOT',
      version,
      ...state,
      ...Object.fromEntries((task.leftOut[place] ?? []).map((name) => [name, undefined])),
      // Without it nobody could know an unclear stop for one of Spot: no rule takes it.
      ...(end === 'unclear' ? { capacityProviderName: 'FARGATE_SPOT' } : {}),
    };
    return aTaskStateChange(detail, { id: `task-${index}-${place}`, time: ago(100 - place) });
  });
}

function failureOf(...providers: readonly string[]) {
  return {
    eventType: 'ERROR',
    eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
    capacityProviderArns: providers.map((name) => `${scope}:capacity-provider/${name}`),
    reason: 'RESOURCE:FARGATE',
  };
}

type Telling = (envelope: Readonly<Record<string, unknown>>) => BuiltEvent;

const tellings = {
  spotFailure: (envelope) => aSpotPlacementFailure({}, envelope),
  onDemandFailure: (envelope) => aServiceAction(failureOf('FARGATE'), envelope),
  otherFailure: (envelope) => aServiceAction({ ...failureOf(), reason: 'RESOURCE:MEMORY' }, envelope),
  steady: (envelope) => aServiceAction({}, envelope),
  impaired: (envelope) => aServiceAction({ eventName: 'SERVICE_TASK_START_IMPAIRED' }, envelope),
  misconfigured: (envelope) => aServiceAction({ eventName: 'SERVICE_TASK_CONFIGURATION_FAILURE' }, envelope),
  deploymentBegins: (envelope) => aDeploymentStateChange({}, envelope),
  deploymentCompleted: (envelope) => aDeploymentStateChange({ eventName: 'SERVICE_DEPLOYMENT_COMPLETED' }, envelope),
  deploymentFailed: (envelope) => aDeploymentStateChange({ eventName: 'SERVICE_DEPLOYMENT_FAILED' }, envelope),
} satisfies Record<string, Telling>;

const names = Object.keys(tellings) as (keyof typeof tellings)[];

/** Of any moment there is one: what ties do stands in a test of its own. */
const drawnSignals = fc.uniqueArray(
  fc.record({
    secondsAgo: fc.nat(3_600),
    telling: fc.constantFrom(...names),
    service: fc.constantFrom('web', 'web', 'web', 'ballast-web-g1', 'plain'),
  }),
  { maxLength: 10, selector: ({ secondsAgo }) => secondsAgo },
);

const story = fc.record({
  tasks: fc.array(drawnTask, { minLength: 1, maxLength: 4 }),
  signals: drawnSignals,
  order: fc.nat(),
});

type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

function eventsOf({ tasks, signals }: Pick<Story, 'tasks' | 'signals'>): BuiltEvent[] {
  return [
    ...tasks.flatMap(lifeOf),
    ...signals.map(({ secondsAgo, telling, service }, index) =>
      tellings[telling]({ id: `signal-${index}`, time: ago(secondsAgo), resources: [serviceArnOf(service)] }),
    ),
  ];
}

describe('the sensors', { timeout: 60_000 }, () => {
  it('leave the same whether events come in order, in reverse, shuffled or ten times each', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ order, ...told }) => {
        const messages = eventsOf(told).flatMap(messagesOf);
        const inOrder = await deliver(messages);
        expect(await deliver([...messages].reverse()), 'in reverse').toEqual(inOrder);
        expect(await deliver(shuffled(messages, order)), 'shuffled').toEqual(inOrder);
        expect(await deliver(tenTimes(messages)), 'ten times, one behind the other').toEqual(inOrder);
        expect(await deliver(shuffled(tenTimes(messages), order)), 'ten times, scattered').toEqual(inOrder);
      }),
      { numRuns: 1_000 },
    );
  });

  // That every order ends alike could also mean that nothing is kept. What has to be kept is worked out from what was
  // drawn, not from what the sensors made of it.
  it('keep every task of an enrolled service, its newest version, and since when Spot stops it', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ order, ...told }) => {
        const { tasks, checkpoints } = await deliver(shuffled(eventsOf(told).flatMap(messagesOf), order));
        const drawn = told.tasks.map((task, index) => ({ ...task, taskArn: taskArnOf(index) }));
        const ofWeb = drawn.filter(({ service }) => service !== 'plain');
        expect(
          tasks.map(({ taskArn, version, spotStopAtMs, ofBridge = false }) => ({
            taskArn,
            version,
            spotStopAtMs,
            ofBridge,
          })),
        ).toEqual(
          ofWeb
            // A task of which only PENDING is told is none yet.
            .filter(({ end, isRunningTold }) => end !== 'runs' || isRunningTold)
            .map((task) => ({
              taskArn: task.taskArn,
              version: task.gaps.slice(0, toldOf(task)).reduce((sum, gap) => sum + gap, 0),
              spotStopAtMs: task.end === 'runs' || task.end === 'scaled in' ? undefined : nowMs - 100_000,
              ofBridge: task.service === 'ballast-web-g1',
            })),
        );
        expect(checkpoints.map(({ detail }) => detail.taskArn)).toEqual(
          ofWeb.filter(({ end }) => /^(spot|unclear|only the notice)$/.test(end)).map(({ taskArn }) => taskArn),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('keep the newest signal of every kind, in each of the 120 orders of five', async () => {
    const ofBridge = { resources: [serviceArnOf('ballast-web-g1')] };
    const messages = [
      aSpotPlacementFailure({}, { id: 'oldest', time: ago(300) }),
      aSpotPlacementFailure({}, { id: 'newest', time: ago(10) }),
      aSpotPlacementFailure({}, { id: 'middle', time: ago(200) }),
      // What the bridge cannot place counts for its primary …
      aServiceAction(failureOf('FARGATE'), { id: 'of the bridge', time: ago(20), ...ofBridge }),
      // … that it is steady does not.
      aServiceAction({}, { id: 'steady', time: ago(5), ...ofBridge }),
    ].flatMap(messagesOf);
    const orders = permutations(messages);
    expect(orders).toHaveLength(120);
    for (const order of orders) {
      expect((await deliver(order)).signals).toEqual({
        spot_placement_failure: {
          kind: 'spot_placement_failure',
          atMs: nowMs - 10_000,
          eventId: 'newest',
          reason: 'RESOURCE:FARGATE',
        },
        on_demand_placement_failure: {
          kind: 'on_demand_placement_failure',
          atMs: nowMs - 20_000,
          eventId: 'of the bridge',
          reason: 'RESOURCE:FARGATE',
        },
      });
    }
  });

  it('keep a notice without a version, as AWS documents it, in every order', async () => {
    const messages = [
      aTaskStateChange({ startedAt: ago(600) }),
      aNotice({ version: undefined, startedAt: ago(600), stoppingAt: ago(100) }),
      aNotice({ lastStatus: 'STOPPED', startedAt: ago(600), stoppingAt: ago(100), stoppedAt: ago(60), version: 9 }),
    ].flatMap(messagesOf);
    const inOrder = await deliver(messages);
    expect(inOrder.tasks).toMatchObject([{ version: 9, lastStatus: 'STOPPED', spotStopAtMs: nowMs - 100_000 }]);
    for (const order of permutations(messages)) expect(await deliver(order)).toEqual(inOrder);
  });

  // Built events are what somebody thought of; these are what a region told in 26 minutes, with all their ties.
  it('leave the same for all that the demo told of web, in any order and however often', async () => {
    const { events, cast, writes } = await runVirtually(demo, { withBallast: true, rules, stackPolicy });
    const web = cast.services.find(({ name }) => name === 'web')?.arn ?? '';
    const bridges = writes
      .filter(({ action }) => action === 'CreateService')
      .map(({ input }) => web.replace(/[^/]+$/, String(input.serviceName)));
    const messages = events.flatMap(({ event }) => messagesOf(event));
    // All at once, while every notice still counts.
    const left = async (told: readonly Message[]) =>
      withoutIds(await deliver(told, web, enrolled(web, ...bridges), scenarioStartMs));
    const inOrder = await left(messages);
    // Spot took some in both acts, and a bridge stood in for them.
    expect(inOrder.tasks.filter(({ spotStopAtMs }) => spotStopAtMs !== undefined).length).toBeGreaterThanOrEqual(2);
    expect(inOrder.tasks.filter(({ ofBridge }) => ofBridge === true).length).toBeGreaterThanOrEqual(1);
    expect(inOrder.checkpoints.length).toBeGreaterThanOrEqual(2);
    expect(await left([...messages].reverse()), 'in reverse').toEqual(inOrder);
    expect(await left(tenTimes(messages)), 'ten times').toEqual(inOrder);
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (order) => {
        expect(await left(shuffled(messages, order))).toEqual(inOrder);
      }),
      { numRuns: 100 },
    );
  });
});

/**
 * Where events do not say their own order, whoever comes first is kept. Both cases are known; should the ledger one
 * day choose by itself, for instance the smaller value, these two are to be changed with it.
 */
describe('the order of delivery shows in the ledger only', () => {
  it('in the event id, of two signals of the same kind and moment', async () => {
    const one = messagesOf(aSpotPlacementFailure({}, { id: 'one', time: ago(10) }));
    const other = messagesOf(aSpotPlacementFailure({}, { id: 'other', time: ago(10) }));
    const failure = { kind: 'spot_placement_failure', atMs: nowMs - 10_000, reason: 'RESOURCE:FARGATE' };
    // No decision reads the id.
    expect((await deliver([...one, ...other])).signals.spot_placement_failure).toEqual({ ...failure, eventId: 'one' });
    expect((await deliver([...other, ...one])).signals.spot_placement_failure).toEqual({
      ...failure,
      eventId: 'other',
    });
  });

  it('in the moment of the Spot stop, where no event says when the task was told to stop', async () => {
    // Without stoppingAt, of which AWS's documented notice shows nothing, the time of the event stands in for it.
    const notice = messagesOf(aNotice({}, { time: ago(100) }));
    const stopped = messagesOf(aNotice({ lastStatus: 'STOPPED', stoppedAt: ago(30), version: 9 }, { time: ago(30) }));
    const inOrder = await deliver([...notice, ...stopped]);
    const reversed = await deliver([...stopped, ...notice]);
    expect(inOrder.tasks.map(({ spotStopAtMs }) => spotStopAtMs)).toEqual([nowMs - 100_000]);
    expect(reversed.tasks.map(({ spotStopAtMs }) => spotStopAtMs)).toEqual([nowMs - 30_000]);
    expect(reversed).toEqual({
      ...inOrder,
      tasks: inOrder.tasks.map((task) => ({ ...task, spotStopAtMs: nowMs - 30_000 })),
    });
  });
});

/** How many events a drawn task's life has. */
function toldOf({ end, isRunningTold }: DrawnTask): number {
  const afterwards = { runs: 0, spot: 5, unclear: 5, 'scaled in': 5, 'notice lost': 1, 'only the notice': 4 };
  return 1 + (isRunningTold ? 1 : 0) + afterwards[end];
}

/** Of two signals of one second the first is kept, see below. */
function withoutIds({ signals, ...rest }: Left) {
  return {
    ...rest,
    signals: Object.values(signals)
      .map(({ kind, atMs }) => ({ kind, atMs }))
      .sort(by(({ kind }) => kind)),
  };
}
