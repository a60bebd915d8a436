import { describe, expect, it } from 'vitest';
import { onSpotNotice, type SpotNoticeDeps } from '../../../functions/on-spot-notice/on-spot-notice.ts';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';
import { createQuietTelemetry } from '../../../local/virtual/quiet-telemetry.ts';
import { RetryableError } from '../../../shared/errors.ts';
import type { TaskFacts } from '../../../shared/events/facts.ts';
import type { BusEvent } from '../../../shared/ports/bus.ts';
import type { HookCall } from '../../../shared/ports/hooks.ts';
import { aNotice, aTaskStateChange } from '../../builders/events.ts';
import { nowMs, serviceArn } from '../../builders/service-facts.ts';
import {
  aJobNotice,
  aLaunchedTask,
  aRestorePoint,
  aWork,
  checkpointId,
  clusterArn,
  factsOf,
  jobStack,
  ofJob,
  taskArn,
} from '../../builders/work.ts';

type Tags = Readonly<Record<string, string>>;

/** The sensor with ports in memory, two seconds after the notice; what it asks for is listed. */
function aSensor({ service, definition, ...changed }: Partial<SpotNoticeDeps> & { service?: Tags; definition?: Tags }) {
  let atMs = nowMs + 2_000;
  const clock = { nowMs: () => atMs };
  const ledger = createMemoryLedger(clock);
  const events: BusEvent[] = [];
  const hookCalls: HookCall[] = [];
  const asked: string[] = [];
  const looks: [string, string, number?][] = [];
  const told: unknown[][] = [];
  const notice = onSpotNotice({
    ledger,
    decisions: {
      ask: async (requests) => {
        asked.push(...requests.map(({ serviceArn: arn, cause }) => `${cause} ${arn}`));
      },
      askLater: async () => {},
    },
    ecs: { describeTasks: async () => [] },
    bus: {
      publish: async (published) => {
        events.push(...published);
      },
    },
    hookCalls: {
      ask: async (call) => {
        hookCalls.push(call);
      },
    },
    jobs: {
      look: async (requests) => {
        looks.push(...requests.map(({ cause, taskArn: arn }): [string, string] => [cause, arn]));
      },
      lookLater: async ({ cause, taskArn: arn }, delayMs) => {
        looks.push([cause, arn, delayMs]);
      },
    },
    enrolments: {
      owner: async (arn) => (service === undefined ? undefined : { serviceArn: arn, tags: service, ofBridge: false }),
      taskDefinition: async (arn) =>
        definition === undefined ? undefined : { arn, kind: 'task-definition', tags: definition },
    },
    telemetry: new Proxy(
      createQuietTelemetry(() => {}),
      {
        get:
          (_target, key) =>
          (...args: unknown[]) =>
            told.push([key, ...args]),
      },
    ),
    clock,
    stackPolicy: jobStack,
    ...changed,
  });
  return {
    notice,
    ledger,
    events,
    hookCalls,
    asked,
    looks,
    told,
    pass: (ms: number) => {
      atMs += ms;
    },
    /** Everything that anybody was asked for. */
    all: () => [...events, ...hookCalls, ...asked, ...looks],
    names: () => told.map(([what]) => what),
    work: async () => (await ledger.readWork(taskArn))?.work,
  };
}

const managed = { 'ballast:managed': 'true' };
const saves = { ...managed, 'ballast:checkpoint': 'save' };
const webNotice = factsOf(aNotice());
const away = new RetryableError('away');
const fails = async (): Promise<never> => {
  throw away;
};

describe('a notice to a task of a service', () => {
  it('asks for capacity, for a checkpoint, and for a look when its time is over', async () => {
    const sensor = aSensor({ service: saves });
    await sensor.notice(webNotice);
    expect(sensor.asked).toEqual([`notice ${serviceArn}`]);
    expect((await sensor.ledger.readService(serviceArn)).tasks).toMatchObject([{ taskArn, spotStopAtMs: nowMs }]);
    expect(sensor.events).toMatchObject([
      {
        detailType: 'Checkpoint Requested',
        detail: { checkpointId, hook: 'save', serviceArn, deadline: '2026-03-01T12:02:00.000Z' },
      },
    ]);
    // Two minutes and the hook's 15 s from the notice, which is two seconds old.
    expect(sensor.looks).toEqual([['deadline', taskArn, 133_000]]);
    expect(sensor.told).toEqual([
      ['checkpointRequested', checkpointId, 'shop'],
      ['noticeHandled', webNotice, nowMs + 2_000, serviceArn],
    ]);
    expect(await sensor.work()).toEqual({
      taskArn,
      clusterArn,
      serviceArn,
      checkpoint: {
        hook: 'save',
        requestedAtMs: nowMs,
        deadlineMs: nowMs + 120_000,
        claimedUntilMs: nowMs + 12_000,
        publishedAtMs: nowMs + 2_000,
      },
    });
  });

  it('asks for no checkpoint where the service did not opt in to it', async () => {
    const sensor = aSensor({ service: managed });
    await sensor.notice(webNotice);
    expect(sensor.all()).toEqual([`notice ${serviceArn}`]);
    expect(await sensor.work()).toBeUndefined();
  });

  it('asks for the checkpoint that the service names rather than the task definition', async () => {
    const sensor = aSensor({ service: saves, definition: { 'ballast:checkpoint': 'dump', 'ballast:resume': 'true' } });
    await sensor.notice(webNotice);
    expect(sensor.events[0]?.detail.hook).toBe('save');
    // A service replaces its tasks itself.
    expect(sensor.looks.map(([cause]) => cause)).toEqual(['deadline']);
  });

  it('asks for a checkpoint alone where only the task definition opted in', async () => {
    const sensor = aSensor({ definition: { 'ballast:checkpoint': 'save' } });
    await sensor.notice(webNotice);
    expect(sensor.asked).toEqual([]);
    expect(sensor.events[0]?.detail).not.toHaveProperty('serviceArn');
  });

  it('is nobody’s business where nobody opted in', async () => {
    const sensor = aSensor({});
    await sensor.notice(webNotice);
    expect(sensor.all()).toEqual([]);
    expect(sensor.told).toEqual([]);
  });

  it('tells the replacement of a state that was saved before the notice came', async () => {
    const sensor = aSensor({ service: saves });
    const restorePoint = aRestorePoint({ savedAtMs: nowMs + 1_000 });
    await sensor.ledger.saveWork(aWork({ restorePoint }), 0);
    await sensor.notice(webNotice);
    expect(sensor.events.map(({ detailType }) => detailType)).toEqual(['Checkpoint Requested', 'Checkpoint Available']);
    expect(await sensor.work()).toMatchObject({
      announced: { savedAtMs: nowMs + 1_000 },
      checkpoint: { outcome: 'completed', settledAtMs: nowMs + 1_000, publishedAtMs: nowMs + 2_000 },
    });
  });
});

describe('a notice whose checkpoint cannot be asked for', () => {
  it('asks for capacity, and fails: it is delivered again', async () => {
    let down = true;
    const events: BusEvent[] = [];
    const sensor = aSensor({
      service: saves,
      bus: {
        publish: async (published) => {
          if (down) throw away;
          events.push(...published);
        },
      },
    });
    await expect(sensor.notice(webNotice)).rejects.toBe(away);
    expect(sensor.asked).toEqual([`notice ${serviceArn}`]);
    expect(sensor.names()).toEqual([]);
    // The queue shows it again after 15 s; the claim has lapsed.
    down = false;
    sensor.pass(15_000);
    await sensor.notice(webNotice, true);
    expect(events).toMatchObject([{ detail: { noticeAt: '2026-03-01T12:00:00.000Z' } }]);
    expect(sensor.names()).toEqual(['checkpointRequested', 'noticeHandled']);
  });

  it.each<[string, Partial<SpotNoticeDeps>]>([
    ['the hook queue', { hookCalls: { ask: fails } }],
    ['the timer', { jobs: { look: async () => {}, lookLater: fails } }],
  ])('asks for capacity when it is %s that is away, and fails', async (_what, changed) => {
    const sensor = aSensor({ service: { ...managed, 'ballast:checkpoint': 'dump' }, ...changed });
    await expect(sensor.notice(webNotice)).rejects.toBe(away);
    expect(sensor.asked).toEqual([`notice ${serviceArn}`]);
    expect((await sensor.work())?.checkpoint).not.toHaveProperty('publishedAtMs');
  });

  it('asks for the checkpoint when it is the capacity that cannot be asked for, and fails', async () => {
    const sensor = aSensor({ service: saves, decisions: { ask: fails, askLater: fails } });
    await expect(sensor.notice(webNotice)).rejects.toBe(away);
    expect(sensor.events).toHaveLength(1);
  });

  it('names a hook that the stack does not have: that is told, and capacity asked for', async () => {
    for (const name of ['sav', 'constructor']) {
      const sensor = aSensor({ service: { ...managed, 'ballast:checkpoint': name } });
      await sensor.notice(webNotice);
      expect(sensor.all()).toEqual([`notice ${serviceArn}`]);
      expect(sensor.told[0]).toEqual(['hookUnknown', name, taskArn]);
      expect(await sensor.work()).toBeUndefined();
    }
  });
});

describe('a notice that comes twice', () => {
  it('asks for one checkpoint', async () => {
    const sensor = aSensor({ service: saves });
    const [, other] = await Promise.allSettled([sensor.notice(webNotice), sensor.notice(webNotice)]);
    // The claim is somebody else's, who might crash: this message comes again.
    expect(other).toMatchObject({ status: 'rejected', reason: { name: 'RetryableError' } });
    sensor.pass(15_000);
    await sensor.notice(webNotice);
    await sensor.notice(factsOf(aNotice({ lastStatus: 'STOPPING', version: 6 })));
    expect(sensor.events).toHaveLength(1);
    expect(sensor.looks).toHaveLength(1);
    expect(sensor.names().filter((what) => what === 'checkpointRequested')).toHaveLength(1);
  });

  it('is told of once, with whichever of its events is seen first', async () => {
    for (const order of [
      ['RUNNING', 'DEACTIVATING', 'STOPPED'],
      ['STOPPING', 'RUNNING', 'STOPPED'],
    ]) {
      const sensor = aSensor({ service: managed });
      for (const lastStatus of order) await sensor.notice(factsOf(aNotice({ lastStatus })));
      expect(sensor.told).toEqual([
        ['noticeHandled', factsOf(aNotice({ lastStatus: order[0] })), nowMs + 2_000, serviceArn],
      ]);
    }
  });

  it('is told of when an earlier try wrote it down and got no further', async () => {
    let asks = 0;
    const ask = async () => {
      asks += 1;
      if (asks === 1) throw away;
    };
    const sensor = aSensor({ service: managed, decisions: { ask, askLater: async () => {} } });
    await expect(sensor.notice(webNotice)).rejects.toBe(away);
    expect(sensor.names()).toEqual([]);
    await sensor.notice(webNotice, true);
    expect(sensor.names()).toEqual(['noticeHandled']);
  });

  it('says the same again after a crash between the publishing and its note', async () => {
    let writes = 0;
    const memory = createMemoryLedger({ nowMs: () => nowMs });
    const sensor = aSensor({
      service: saves,
      ledger: {
        ...memory,
        saveWork: async (work, revision) => {
          writes += 1;
          if (writes === 2) throw away;
          return memory.saveWork(work, revision);
        },
      },
    });
    await expect(sensor.notice(webNotice)).rejects.toBe(away);
    sensor.pass(15_000);
    await sensor.notice(webNotice);
    expect(sensor.events).toHaveLength(2);
    expect(sensor.events[1]).toEqual(sensor.events[0]);
    expect((await memory.readWork(taskArn))?.work.checkpoint?.publishedAtMs).toBe(nowMs + 17_000);
  });

  it('a day later asks for nothing but a decision, which reads the truth', async () => {
    const sensor = aSensor({ service: saves });
    sensor.pass(86_400_000);
    await sensor.notice(webNotice);
    expect(sensor.all()).toEqual([`notice ${serviceArn}`]);
    expect(await sensor.work()).toBeUndefined();
  });
});

describe('a hook that is a Lambda function', () => {
  it('is queued with what the event tells', async () => {
    const sensor = aSensor({ service: { ...managed, 'ballast:checkpoint': 'dump' } });
    await sensor.notice(webNotice);
    expect(sensor.hookCalls).toEqual([{ lambda: 'dump-state', request: sensor.events[0]?.detail }]);
    expect(sensor.events[0]?.detail.uriPrefix).toBe('s3://checkpoints/shop/ckpt-0123456789abcdef0123456789abcdef/');
    expect(sensor.looks).toEqual([['deadline', taskArn, 148_000]]);
  });
});

describe('a notice to a job', () => {
  it('is looked at while its network interface is there', async () => {
    const sensor = aSensor({ definition: { 'ballast:resume': 'true' } });
    await sensor.notice(aJobNotice());
    expect(sensor.all()).toEqual([['notice', taskArn]]);
    await sensor.notice(aJobNotice({ lastStatus: 'DEACTIVATING' }));
    expect(sensor.names()).toEqual(['noticeHandled']);
  });

  it('asks for its checkpoint, and not for capacity', async () => {
    const sensor = aSensor({ definition: { 'ballast:resume': 'true', 'ballast:checkpoint': 'save' } });
    await sensor.notice(aJobNotice());
    expect(sensor.asked).toEqual([]);
    expect(sensor.events).toMatchObject([{ resources: [taskArn], detail: { group: 'family:crunch', attempt: 0 } }]);
    expect(sensor.looks).toEqual(
      expect.arrayContaining([
        ['notice', taskArn],
        ['deadline', taskArn, 133_000],
      ]),
    );
  });

  it.each([
    ['did not opt in', undefined],
    ['opted in to checkpoints only', { 'ballast:checkpoint': 'save' }],
    ['says no', { 'ballast:resume': 'false' }],
  ])('is not looked at where its task definition %s', async (_what, definition) => {
    const sensor = aSensor(definition === undefined ? {} : { definition });
    await sensor.notice(aJobNotice());
    expect(sensor.looks.map(([cause]) => cause)).not.toContain('notice');
  });

  it('that is a day old is looked at, and asks for no checkpoint', async () => {
    const sensor = aSensor({ definition: { 'ballast:resume': 'true', 'ballast:checkpoint': 'save' } });
    sensor.pass(86_400_000);
    await sensor.notice(aJobNotice());
    expect(sensor.all()).toEqual([['notice', taskArn]]);
  });
});

describe('an event that leaves open why the task stops', () => {
  const unclear = factsOf(aNotice({ ...ofJob, stopCode: undefined, stoppedReason: undefined }));
  const definition = { 'ballast:resume': 'true' };
  const described = (stopCode: string): Partial<SpotNoticeDeps> => ({
    ecs: { describeTasks: async () => [aLaunchedTask({ desiredStatus: 'STOPPED', stopCode })] },
  });

  it('is a notice where ECS says that Spot takes it', async () => {
    const sensor = aSensor({ definition, ...described('SpotInterruption') });
    await sensor.notice(unclear);
    expect(sensor.looks).toEqual([['notice', taskArn]]);
    expect(sensor.told[0]).toEqual(['unclassifiedStop', unclear, true]);
  });

  it('is none where ECS says something else', async () => {
    const sensor = aSensor({ definition, ...described('UserInitiated') });
    await sensor.notice(unclear);
    expect(sensor.looks).toEqual([]);
    expect(sensor.told).toEqual([['unclassifiedStop', unclear, false]]);
  });
});

it.each<[string, TaskFacts]>([
  ['a running task', factsOf(aTaskStateChange())],
  ['a task that stops otherwise', factsOf(aNotice({ stopCode: 'UserInitiated' }))],
  ['a task that has stopped', factsOf(aNotice({ lastStatus: 'STOPPED' }))],
])('%s is no notice', async (_what, facts) => {
  const sensor = aSensor({ service: saves, definition: { 'ballast:resume': 'true' } });
  await sensor.notice(facts);
  expect(sensor.all()).toEqual([]);
  expect(sensor.told).toEqual([]);
});
