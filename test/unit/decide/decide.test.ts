import { describe, expect, it } from 'vitest';
import { RetryableError, TerminalError } from '../../../shared/errors.ts';
import type { DecisionRequest } from '../../../shared/ports/decisions.ts';
import { aDecider, aManagedService, type Call } from '../../builders/decide.ts';
import {
  aBridge,
  aBridgeState,
  aTaskRecord,
  bridgedControl,
  nowMs,
  provenControl,
  reclaimed,
  serviceArn,
} from '../../builders/service-facts.ts';

const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
const bridgeArn = 'arn:aws:ecs:us-east-1:111122223333:service/shop/ballast-web-g1';
const minute = 60_000;
/** The n-th of several services in one cluster or another. */
const arnOf = (name: string, cluster = 'shop') => `arn:aws:ecs:us-east-1:111122223333:service/${cluster}/${name}`;
const named = (name: string, cluster = 'shop') =>
  aManagedService({
    serviceName: name,
    serviceArn: arnOf(name, cluster),
    clusterArn: clusterArn.replace('/shop', `/${cluster}`),
  });
const askFor = (name: string, cluster = 'shop'): Partial<DecisionRequest> => ({
  serviceArn: arnOf(name, cluster),
  clusterArn: clusterArn.replace('/shop', `/${cluster}`),
});
const failing =
  (name: string, error: Error, only: (call: Call) => boolean = () => true) =>
  (call: Call) =>
    call.name === name && only(call) ? error : undefined;
const unavailable = new RetryableError('DynamoDB is away');

/** Three of ten tasks are under notice. */
async function short(setup: Parameters<typeof aDecider>[0] = {}) {
  const decider = aDecider({ listed: { web: 7 }, ...setup });
  await decider.remember(provenControl);
  await decider.tell(reclaimed(3));
  decider.forget();
  return decider;
}

/** The same with a bridge of four that covers it. */
async function bridged(setup: Parameters<typeof aDecider>[0] = {}, control = bridgedControl()) {
  const decider = aDecider({ services: [aManagedService(), aBridge()], ...setup });
  await decider.remember(control);
  decider.forget();
  return decider;
}

describe('a decision', () => {
  it('arranges its wake, keeps its intention, and only then writes', async () => {
    const decider = await short();
    expect(await decider.decide()).toEqual(new Set());
    expect(decider.names('decisions.', 'ledger.saveControl', 'ledger.enrol', 'ecs.create')).toEqual([
      'decisions.askLater',
      'ledger.saveControl',
      'ledger.enrol',
      'ecs.createService',
    ]);
    expect(decider.services.get(bridgeArn)).toMatchObject({ desiredCount: 3 });
  });

  it('is recorded with the facts, the figures and what came of it', async () => {
    const decider = await short();
    await decider.decide();
    expect(await decider.record()).toEqual({
      serviceArn,
      reason: 'bridge_grown',
      explanation: '3 of 10 wanted tasks are missing because of Spot (3 reclaimed, 0 not placeable): bridge 0 → 3',
      cause: 'notice',
      mode: 'act',
      facts: {
        desired: 10,
        running: 10,
        pending: 0,
        listed: 7,
        spotStops: 3,
        deployments: 1,
        lastSpotStopAtMs: nowMs - 5_000,
      },
      figures: { wanted: 10, staying: 7, lost: 3, unplaceable: 0, shortfall: 3, bridgeDesired: 3 },
      applied: [{ command: expect.objectContaining({ kind: 'CreateService' }), result: 'applied' }],
      sinceMs: nowMs,
      lastMs: nowMs,
      count: 1,
    });
    expect(decider.called('telemetry.decided')).toHaveLength(1);
  });

  it('lets the next one in', async () => {
    const decider = await short();
    await decider.decide();
    expect(await decider.memory.takeFence(serviceArn, 1_000)).toBeDefined();
  });

  it('is put off while another one is made', async () => {
    const decider = await short();
    await decider.memory.takeFence(serviceArn, 12_000);
    await decider.decide();
    expect(decider.names('ecs.')).toEqual([]);
    expect(decider.wakes()).toEqual([['notice', 10_000]]);
  });

  it('is made once for several requests about the same service', async () => {
    const decider = await short();
    await decider.decide('notice', 'task_stopped');
    expect(decider.called('ledger.takeFence')).toHaveLength(1);
  });

  it('saves nothing where there is nothing new to remember', async () => {
    const decider = await short({ listed: {} });
    await decider.memory.setPause(undefined, true);
    await decider.decide();
    decider.forget();
    await decider.decide();
    expect((await decider.record()).reason).toBe('paused');
    expect(decider.names('ledger.saveControl')).toEqual([]);
  });
});

describe('wakes', () => {
  it('are not asked for twice', async () => {
    const decider = await bridged({ listed: { web: 6 } });
    await decider.tell(reclaimed(4, nowMs - minute));
    await decider.decide();
    expect(decider.wakes()).toEqual([['wake', minute]]);
    decider.pass(30_000);
    await decider.decide('wake');
    expect(decider.wakes()).toHaveLength(1);
    expect((await decider.stored())?.nextWakeAtMs).toBe(nowMs + minute);
  });

  it('are asked for anew when one that is earlier is needed', async () => {
    const decider = await bridged(
      { listed: { web: 6 } },
      bridgedControl({ bridge: aBridgeState({ lastWriteAtMs: nowMs - 1_000 }) }),
    );
    await decider.tell(reclaimed(4, nowMs - minute));
    await decider.decide();
    decider.pass(5_000);
    decider.listed.set('web', 4);
    await decider.tell(reclaimed(6, nowMs - minute));
    await decider.decide();
    expect(decider.wakes()).toEqual([
      ['wake', minute],
      ['wake', 4_000],
    ]);
    expect((await decider.stored())?.nextWakeAtMs).toBe(nowMs + 9_000);
  });

  it('come after fifteen minutes at the latest: SQS delays no longer', async () => {
    const control = bridgedControl({ bridge: aBridgeState({ direction: 'returning', idleSinceMs: nowMs - 1_000 }) });
    const decider = await bridged(
      { services: [aManagedService({}, { 'ballast:idle-bridge': '2h' }), aBridge({ desiredCount: 0 })] },
      control,
    );
    await decider.decide();
    expect(decider.wakes()).toEqual([['wake', 900_000]]);
  });

  it('that could not be sent leave the message for redelivery, and nothing is written', async () => {
    const decider = await short({ fault: failing('decisions.askLater', new RetryableError('SQS is away')) });
    expect(await decider.decide()).toEqual(new Set([serviceArn]));
    expect(decider.names('ecs.create', 'ledger.saveControl')).toEqual([]);
  });
});

describe('a batch', () => {
  const ten = Array.from({ length: 10 }, (_, index) => `s${index}`);

  it('is described with one call per cluster, counted by tens with the bridges', async () => {
    const taken: [string, number][] = [];
    const pace = {
      take: (group: string, calls: number) => {
        taken.push([group, calls]);
        return true;
      },
      has: () => true,
      reserve: () => nowMs,
      emptied: () => {},
    };
    const decider = aDecider({ services: ten.map((name) => named(name)), pace });
    await decider.remember(bridgedControl(), arnOf('s0'));
    await decider.decide(...ten.map((name) => askFor(name)));
    expect(decider.called('ecs.describeServices')).toHaveLength(1);
    expect(decider.called('ecs.describeServices')[0]?.args[0]).toHaveLength(11);
    expect(taken).toContainEqual(['service_read', 2]);
  });

  it('is not held up by the cluster that ECS does not describe', async () => {
    const decider = aDecider({
      services: [named('api'), named('jobs', 'batch')],
      fault: failing('ecs.describeServices', new RetryableError('busy'), ({ args }) =>
        JSON.stringify(args).includes('cluster/batch'),
      ),
    });
    expect(await decider.decide(askFor('api'), askFor('jobs', 'batch'))).toEqual(new Set());
    expect((await decider.record(arnOf('api'))).reason).toBe('bridge_proving');
    await expect(decider.record(arnOf('jobs', 'batch'))).rejects.toThrow('no decision is recorded');
    expect(decider.called('decisions.askLater').map(({ args }) => args)).toContainEqual([
      expect.objectContaining({ serviceArn: arnOf('jobs', 'batch') }),
      10_000,
    ]);
    expect(await decider.memory.takeFence(arnOf('jobs', 'batch'), 1_000)).toBeDefined();
  });

  it('is not held up by the service whose tasks ECS does not list', async () => {
    const decider = aDecider({
      services: [named('api'), named('jobs')],
      fault: failing('ecs.listServiceTasks', new RetryableError('busy'), ({ args }) =>
        JSON.stringify(args).includes('jobs'),
      ),
    });
    expect(await decider.decide(askFor('api'), askFor('jobs'))).toEqual(new Set());
    expect((await decider.record(arnOf('api'))).reason).toBe('bridge_proving');
    expect(decider.called('telemetry.postponed')).toHaveLength(1);
  });

  it('knows what happened to another service of its name from what happened to it', async () => {
    const made = async (agoMs: number) => {
      const decider = aDecider({ services: [aManagedService({ createdAtMs: nowMs - agoMs })], listed: { web: 7 } });
      await decider.remember(provenControl);
      await decider.tell(reclaimed(3, nowMs - 30_000));
      await decider.decide();
      return (await decider.record()).figures;
    };
    expect(await made(60_000)).toMatchObject({ lost: 3, shortfall: 3 });
    expect(await made(20_000)).toMatchObject({ lost: 0, shortfall: 0 });
  });

  it.each(['takeFence', 'readService', 'saveControl', 'enrol', 'recordDecision'])(
    'delivers again only the message whose %s the ledger did not take',
    async (operation) => {
      const decider = aDecider({
        services: [named('api'), named('jobs')],
        fault: failing(`ledger.${operation}`, unavailable, ({ args }) => JSON.stringify(args).includes('jobs')),
      });
      expect(await decider.decide(askFor('api'), askFor('jobs'))).toEqual(new Set([arnOf('jobs')]));
      expect((await decider.record(arnOf('api'))).reason).toBe('bridge_proving');
    },
  );

  it('is delivered again as a whole when nothing can be known of pauses and the budget', async () => {
    const decider = aDecider({
      services: [named('api'), named('jobs')],
      fault: failing('ledger.readFleet', unavailable),
    });
    expect(await decider.decide(askFor('api'), askFor('jobs'))).toEqual(new Set([arnOf('api'), arnOf('jobs')]));
    expect(decider.names('ecs.')).toEqual([]);
  });
});

describe('while nothing can be written before a wake that is on its way', () => {
  const quiet = { ...provenControl, quietUntilMs: nowMs + 8_000, nextWakeAtMs: nowMs + 8_000, spotStopsKnown: 3 };

  it('requests cost no call of ECS', async () => {
    const decider = await short();
    await decider.remember(quiet);
    decider.forget();
    expect(await decider.decide('task_stopped', 'schedule')).toEqual(new Set());
    expect(decider.names('ecs.', 'loadBalancers.')).toEqual([]);
    expect(await decider.memory.takeFence(serviceArn, 1_000)).toBeDefined();
  });

  it('a notice that tells more is asked for again when something can be written', async () => {
    const decider = await short();
    await decider.remember({ ...quiet, spotStopsKnown: 2 });
    decider.forget();
    await decider.decide('notice');
    expect(decider.names('ecs.')).toEqual([]);
    expect(decider.wakes()).toEqual([['notice', 8_000]]);
  });

  it('a live notice with targets to take out is answered at once', async () => {
    const decider = await short();
    await decider.remember({ ...quiet, registers: true });
    decider.forget();
    await decider.decide('notice');
    expect(decider.called('ecs.describeServices')).toHaveLength(1);
  });

  it('the time passes, and the next request is answered', async () => {
    const decider = await short();
    await decider.remember(quiet);
    decider.pass(8_000);
    decider.forget();
    await decider.decide('wake');
    expect(decider.called('ecs.createService')).toHaveLength(1);
  });

  it('placement failures that ECS repeats wait for the look, but not the first one of on-demand', async () => {
    const decider = await short();
    const control = bridgedControl({ nextWakeAtMs: nowMs + 60_000, spotStopsKnown: 3 });
    await decider.remember(control);
    decider.forget();
    await decider.decide('service_action');
    expect(decider.names('ecs.')).toEqual([]);
    await decider.memory.recordSignal({
      eventId: 'e1',
      atMs: nowMs,
      serviceArn,
      serviceName: 'web',
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      kind: 'on_demand_placement_failure',
      eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
      capacityProviders: ['FARGATE'],
    });
    await decider.decide('service_action');
    expect(decider.called('ecs.describeServices')).toHaveLength(1);
    await decider.remember({ ...control, onDemandShortUntilMs: nowMs + 60_000 });
    decider.forget();
    await decider.decide('service_action');
    expect(decider.names('ecs.')).toEqual([]);
  });

  // Within half a second all requests for a service are one, and its cause is that of the first.
  it.each(['task_running', 'service_action', 'schedule'] as const)(
    'a request of %s that stands for a notice as well is answered',
    async (cause) => {
      const decider = await short();
      await decider.remember({ ...provenControl, nextWakeAtMs: nowMs + 60_000, spotStopsKnown: 2 });
      decider.forget();
      await decider.decide(cause);
      expect(decider.called('ecs.createService')).toHaveLength(1);
    },
  );

  it('what is put off without a wake on its way is asked for', async () => {
    const decider = await short();
    await decider.remember({ ...provenControl, quietUntilMs: nowMs + 5_000 });
    decider.forget();
    await decider.decide('task_stopped');
    expect(decider.wakes()).toEqual([['task_stopped', 5_000]]);
  });
});

describe('a crash', () => {
  it.each(['ecs.createService', 'ledger.enrol'])('between the saved intention and %s is made good', async (name) => {
    const decider = await short({ fault: failing(name, new RetryableError('the function has died')) });
    await decider.decide();
    expect(decider.services.has(bridgeArn)).toBe(false);
    decider.heal();
    decider.pass(15_000);
    await decider.decide('wake');
    expect(decider.services.get(bridgeArn)).toMatchObject({ desiredCount: 3 });
  });

  it('between growing and remembering it is made good: what ECS shows counts', async () => {
    const decider = await short({ fault: failing('ledger.recordDecision', unavailable) });
    expect(await decider.decide()).toEqual(new Set([serviceArn]));
    decider.heal();
    decider.pass(15_000);
    await decider.decide();
    expect(decider.called('ecs.createService')).toHaveLength(1);
    expect((await decider.record()).reason).toBe('bridge_held');
  });

  const idle = bridgedControl({ bridge: aBridgeState({ direction: 'returning', idleSinceMs: nowMs - 15 * minute }) });
  const { primary: _deleted, ...gone } = { primary: aManagedService() };

  it.each<[string, Parameters<typeof bridged>[0], Parameters<typeof bridged>[1], string]>([
    ['an idle bridge', { services: [aManagedService(), aBridge({ desiredCount: 0 })] }, idle, 'ecs.deleteService'],
    [
      'the bridge of a service that is gone',
      { services: [aBridge()], ...gone },
      bridgedControl(),
      'ecs.setDesiredCount',
    ],
    ['the bridge of a service that is gone', { services: [aBridge()] }, bridgedControl(), 'ecs.deleteService'],
    [
      'the bridge of a service that has withdrawn',
      { services: [aManagedService({}, { 'ballast:mode': 'observe' }), aBridge()] },
      bridgedControl(),
      'ecs.setDesiredCount',
    ],
  ])('before %s is deleted is made good (%#)', async (_what, setup, control, name) => {
    const decider = await bridged(
      { ...setup, fault: failing(name, new RetryableError('the function has died')) },
      control,
    );
    await decider.decide('wake');
    expect(decider.services.get(bridgeArn)?.status).toBe('ACTIVE');
    expect(decider.wakes().at(-1)).toEqual(['wake', 10_000]);
    decider.heal();
    decider.pass(10_000);
    await decider.decide('wake');
    expect(decider.services.get(bridgeArn)).toMatchObject({ status: 'DRAINING', desiredCount: 0 });
    expect((await decider.stored())?.bridge).toBeUndefined();
  });

  it('after a bridge was deleted leaves nothing: it is forgotten at the next look', async () => {
    const decider = await bridged({ services: [aManagedService(), aBridge({ desiredCount: 0 })] }, idle);
    decider.fail(failing('ledger.disenrol', unavailable));
    expect(await decider.decide('wake')).toEqual(new Set([serviceArn]));
    decider.heal();
    decider.pass(15_000);
    await decider.decide('wake');
    expect(decider.called('ecs.deleteService')).toHaveLength(1);
    expect((await decider.stored())?.bridge).toBeUndefined();
  });

  it('that lost the fence writes nothing', async () => {
    const decider = await bridged({ services: [aManagedService(), aBridge({ desiredCount: 0 })] }, idle);
    decider.fail((call) => {
      if (call.name === 'ecs.describeServices') decider.pass(13_000);
      return undefined;
    });
    expect(await decider.decide('wake')).toEqual(new Set([serviceArn]));
    expect(decider.names('ecs.delete', 'ecs.set', 'ecs.create', 'ecs.update')).toEqual([]);
  });
});

describe('a write that AWS refuses', () => {
  const denied = new TerminalError('CreateService: AccessDeniedException: no iam:PassRole', 'AccessDeniedException');

  it('is remembered and told, and not tried again before its time', async () => {
    const decider = await short({ fault: failing('ecs.createService', denied) });
    await decider.decide();
    expect((await decider.stored())?.refusal).toEqual({
      atMs: nowMs,
      untilMs: nowMs + minute,
      times: 1,
      error: 'CreateService: AccessDeniedException: no iam:PassRole',
    });
    expect((await decider.record()).applied).toMatchObject([{ result: 'refused', error: denied.message }]);
    decider.pass(30_000);
    await decider.decide('wake');
    expect((await decider.record()).reason).toBe('bridge_refused');
    expect(decider.called('ecs.createService')).toHaveLength(1);
  });

  it('is tried again as the next generation, and the wait doubles to fifteen minutes', async () => {
    const decider = await short({ fault: failing('ecs.createService', denied) });
    const waits: number[] = [];
    for (let time = 0; time < 6; time += 1) {
      await decider.tell([
        aTaskRecord(`again-${time}`, { desiredStatus: 'STOPPED', spotStopAtMs: decider.nowMs() - 5_000 }),
      ]);
      await decider.decide('wake');
      const refusal = (await decider.stored())?.refusal;
      waits.push(((refusal?.untilMs ?? 0) - decider.nowMs()) / 1_000);
      decider.pass((refusal?.untilMs ?? 0) - decider.nowMs());
    }
    expect(waits).toEqual([60, 120, 240, 480, 900, 900]);
    expect(
      decider.called('ecs.createService').map(({ args }) => (args[0] as { serviceName: string }).serviceName),
    ).toEqual([
      'ballast-web-g1',
      'ballast-web-g2',
      'ballast-web-g3',
      'ballast-web-g4',
      'ballast-web-g5',
      'ballast-web-g6',
    ]);
  });

  it('takes the proof back', async () => {
    const decider = aDecider({ fault: failing('ecs.createService', denied) });
    await decider.decide('enrolment');
    expect((await decider.stored())?.provenAtMs).toBeUndefined();
    expect((await decider.record()).reason).toBe('bridge_proving');
  });

  it('does not hold growth up when it was the deletion of a bridge', async () => {
    const control = bridgedControl({ bridge: aBridgeState({ idleSinceMs: nowMs - 15 * minute }) });
    const decider = await bridged({ services: [aManagedService(), aBridge({ desiredCount: 0 })] }, control);
    decider.fail(failing('ecs.deleteService', denied));
    await decider.decide('wake');
    expect((await decider.stored())?.refusal).toBeUndefined();
    expect(decider.wakes().at(-1)).toEqual(['wake', minute]);
    decider.pass(15_000);
    decider.listed.set('web', 7);
    await decider.tell(reclaimed(3, nowMs + 10_000));
    await decider.decide();
    expect(decider.services.get(bridgeArn)?.desiredCount).toBe(3);
  });
});

describe('a write that fails', () => {
  it('is tried again ten seconds later', async () => {
    const decider = await short({ fault: failing('ecs.createService', new RetryableError('ServerException')) });
    expect(await decider.decide()).toEqual(new Set());
    expect(decider.wakes()).toContainEqual(['wake', 10_000]);
    expect((await decider.record()).applied).toMatchObject([{ result: 'failed' }]);
    expect((await decider.stored())?.refusal).toBeUndefined();
  });

  it('is remembered as one that may have been made, unless AWS says that it was not', async () => {
    const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    for (const [error, desired] of [
      [new RetryableError('TimeoutError'), 3],
      [new RetryableError('CreateService: Rate exceeded', { cause: throttled }), undefined],
      [new TerminalError('CreateService: no', 'AccessDeniedException'), undefined],
    ] as const) {
      const decider = await short({ fault: failing('ecs.createService', error) });
      await decider.decide();
      expect((await decider.stored())?.bridge).toMatchObject({ serviceName: 'ballast-web-g1' });
      expect((await decider.stored())?.bridge?.desired).toBe(desired);
    }
  });

  it('because too much is asked of AWS empties the pace', async () => {
    const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    const decider = await short({
      fault: failing('ecs.createService', new RetryableError('CreateService: Rate exceeded', { cause: throttled })),
    });
    expect(decider.deps.pace.has('service_modify', 1)).toBe(true);
    await decider.decide();
    expect(decider.deps.pace.has('service_modify', 1)).toBe(false);
    expect((await decider.record()).applied).toMatchObject([{ result: 'failed', throttled: true }]);
  });
});

describe('mode observe', () => {
  it('records exactly what act would send, and writes nothing', async () => {
    const acting = await short();
    await acting.decide();
    const observing = await short({ services: [aManagedService({}, { 'ballast:mode': 'observe' })] });
    await observing.decide();
    const act = await acting.record();
    expect(await observing.record()).toEqual({
      ...act,
      mode: 'observe',
      applied: act.applied.map(({ command }) => ({ command, result: 'observed' })),
    });
    expect(observing.names('ecs.').filter((name) => !/describe|list/.test(name))).toEqual([]);
    expect(observing.names('ledger.enrol', 'loadBalancers.deregister')).toEqual([]);
  });

  it('remembers what it saw and nothing of what it would have written', async () => {
    const decider = await short({ services: [aManagedService({}, { 'ballast:mode': 'observe' })] });
    await decider.decide();
    const control = await decider.stored();
    expect(control?.bridge).toBeUndefined();
    expect(control?.bridgeGeneration).toBe(0);
    expect(control?.quietUntilMs).toBeUndefined();
    expect(control).toMatchObject({ wantedLatched: 10, recentShortfalls: [{ atMs: nowMs, count: 3 }] });
  });
});

describe('a pause', () => {
  const group = 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/1';
  const behind = {
    services: [
      aManagedService({ loadBalancers: [{ targetGroupArn: group, containerName: 'web', containerPort: 80 }] }),
    ],
    targetHealth: { [group]: ['1', '2', '3', '4', '5', '6'].map((id) => ({ id, port: 80, state: 'healthy' })) },
  };

  it.each([
    ['all services', undefined],
    ['the service', serviceArn],
  ])('of %s stops every write, those about targets too', async (_of, arn) => {
    const decider = await short(behind);
    await decider.tell([
      aTaskRecord('t1', { desiredStatus: 'STOPPED', spotStopAtMs: nowMs - 1_000, privateIps: ['1'] }),
    ]);
    await decider.memory.setPause(arn, true);
    await decider.decide();
    expect(await decider.record()).toMatchObject({ reason: 'paused', applied: [] });
    expect(decider.names('ecs.').filter((name) => !/describe|list/.test(name))).toEqual([]);
    expect(decider.names('loadBalancers.')).toEqual([]);
  });

  it('ends with the next decision after it is taken back', async () => {
    const decider = await short();
    await decider.memory.setPause(serviceArn, true);
    await decider.decide();
    await decider.memory.setPause(serviceArn, false);
    await decider.decide();
    expect((await decider.record()).reason).toBe('bridge_grown');
  });

  it('gives back what a person asks for', async () => {
    const decider = await bridged({ listed: { web: 6 } });
    await decider.memory.setPause(serviceArn, true);
    await decider.memory.askReturn(serviceArn, true);
    await decider.decide('wake');
    expect(decider.services.get(bridgeArn)?.desiredCount).toBe(3);
  });
});
