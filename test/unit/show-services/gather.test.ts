import { describe, expect, it } from 'vitest';
import type { ShowDeps } from '../../../functions/show-services/deps.ts';
import { gather, limits } from '../../../functions/show-services/gather.ts';
import { widgetRequest } from '../../../functions/show-services/request.ts';
import { showServices } from '../../../functions/show-services/show-services.ts';
import { withinCalls } from '../../../functions/show-services/within-calls.ts';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';
import { clusterArnOfService, nameOfArn } from '../../../shared/events/arn.ts';
import type { Service, ServiceRef } from '../../../shared/ports/ecs.ts';
import { aUsage } from '../../builders/money.ts';
import {
  aBridge,
  aService,
  aTaskRecord,
  bridgedControl,
  nowMs,
  serviceArn,
  stackPolicy,
} from '../../builders/service-facts.ts';
import { acting, aRecord, factsOf, functionArn, minute, resized } from '../../builders/widget.ts';

const arnOf = (name: string, cluster = 'shop') => `arn:aws:ecs:us-east-1:111122223333:service/${cluster}/${name}`;

/** The ports in memory, and what was asked of them. */
function aWidget(services: readonly Service[] = []) {
  const clock = { nowMs: () => nowMs };
  const memory = createMemoryLedger(clock);
  const asked: Record<string, number> = {};
  const described: ServiceRef[][] = [];
  const warnings: string[] = [];
  let ecsFails = false;
  const ledger = new Proxy(memory, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        asked[String(key)] = (asked[String(key)] ?? 0) + 1;
        return Reflect.apply(member, target, args);
      };
    },
  });
  const deps: ShowDeps = {
    ledger,
    clock,
    stackPolicy,
    warn: (message) => warnings.push(message),
    ecs: {
      async describeServices(refs) {
        described.push([...refs]);
        if (ecsFails) throw new Error('ThrottlingException');
        return services.filter(({ clusterArn, serviceName }) =>
          refs.some((ref) => ref.clusterArn === clusterArn && ref.service === serviceName),
        );
      },
    },
  };
  return {
    memory,
    asked,
    described,
    warnings,
    failEcs: () => {
      ecsFails = true;
    },
    show: (event: object = {}) => gather(deps, widgetRequest(event), functionArn),
    html: (event: object) => showServices(deps)(event, functionArn),
    async enrol(...arns: string[]) {
      for (const arn of arns) await memory.enrol({ arn, kind: 'service', tags: acting });
    },
  };
}

const services = (count: number, cluster = 'shop') =>
  Array.from({ length: count }, (_, index) => arnOf(`s${index}`, cluster));

describe('what is read for a widget', () => {
  it('is everything about the services that opted in, and nothing of who did not', async () => {
    const widget = aWidget([aService({ runningCount: 7 }), aBridge({ runningCount: 3 })]);
    await widget.enrol(serviceArn);
    await widget.memory.enrol({ arn: arnOf('ballast-web-g1'), kind: 'bridge', tags: {}, bridgeOf: serviceArn });
    await widget.memory.enrol({
      arn: 'arn:aws:ecs:us-east-1:111122223333:task-definition/job:1',
      kind: 'task-definition',
      tags: {},
    });
    await widget.memory.recordDecision(resized(0, 3, nowMs - minute));
    const facts = await widget.show();
    expect(facts).toMatchObject({ matching: 1, lookedAt: 1, single: false, ecsFailed: false, pausedAll: false });
    expect(facts.services).toHaveLength(1);
    expect(facts.services[0]).toMatchObject({
      name: 'web',
      cluster: 'shop',
      paused: false,
      newest: { reason: 'bridge_grown' },
      described: { primary: { runningCount: 7 }, bridge: { runningCount: 3 } },
      history: { cut: false, decisions: [{ reason: 'bridge_grown' }] },
    });
  });

  it('is nothing but documentation where it is asked to describe itself', async () => {
    const widget = aWidget();
    expect(await widget.html({ describe: true })).toContain('### Widget parameters');
    expect(widget.asked).toEqual({});
    expect(widget.described).toEqual([]);
  });

  it('is what the parameters leave', async () => {
    const widget = aWidget();
    await widget.enrol(arnOf('web'), arnOf('api'), arnOf('web', 'lab'));
    const names = async (event: object) =>
      (await widget.show(event)).services.map(({ cluster, name }) => `${cluster}/${name}`);
    expect(await names({})).toEqual(['lab/web', 'shop/api', 'shop/web']);
    expect(await names({ cluster: 'shop' })).toEqual(['shop/api', 'shop/web']);
    expect(await names({ service: 'web' })).toEqual(['lab/web', 'shop/web']);
    expect(await names({ service: 'web', cluster: 'lab' })).toEqual(['lab/web']);
    expect(await names({ service: 'nobody' })).toEqual([]);
  });

  it('leaves out a service whose ARN does not say the cluster', async () => {
    const widget = aWidget();
    await widget.enrol(serviceArn, 'arn:aws:ecs:us-east-1:111122223333:service/old');
    expect((await widget.show()).services.map(({ name }) => name)).toEqual(['web']);
  });

  it('says who is paused', async () => {
    const widget = aWidget();
    await widget.enrol(arnOf('web'), arnOf('api'));
    await widget.memory.setPause(arnOf('web'), true);
    expect((await widget.show()).services.map(({ name, paused }) => [name, paused])).toEqual([
      ['api', false],
      ['web', true],
    ]);
    await widget.memory.setPause(undefined, true);
    expect(await widget.show()).toMatchObject({ pausedAll: true, services: [{ paused: true }, { paused: true }] });
  });

  it('has what was saved today, of the cluster that is asked for', async () => {
    const widget = aWidget();
    await widget.memory.countUsage(aUsage('a', { clusterName: 'shop' }));
    await widget.memory.countUsage(aUsage('b', { clusterName: 'lab' }));
    expect((await widget.show()).usageToday).toMatchObject({ tasks: 2 });
    expect((await widget.show({ cluster: 'lab' })).usageToday).toMatchObject({ tasks: 1 });
  });
});

describe('one service', () => {
  const one = { service: 'web', cluster: 'shop' };

  it('is read by itself: one item of the enrolments, one call of ECS', async () => {
    const widget = aWidget([aService(), aBridge()]);
    await widget.enrol(serviceArn, ...services(40));
    const fence = await widget.memory.takeFence(serviceArn, minute);
    if (fence === undefined) throw new Error('no fence');
    await widget.memory.saveControl(fence, bridgedControl());
    await widget.memory.recordTask(aTaskRecord('a', { spotStopAtMs: nowMs - minute }));
    const facts = await widget.show(one);
    expect(facts).toMatchObject({ single: true, matching: 1 });
    expect(facts.services[0]).toMatchObject({
      described: { primary: { serviceName: 'web' }, bridge: { serviceName: 'ballast-web-g1' } },
      history: { spotStopsAtMs: [nowMs - minute] },
    });
    expect(widget.asked).toEqual({
      enrolment: 1,
      readFleet: 1,
      readService: 1,
      newestDecisions: 1,
      decisionsWithin: 1,
    });
    expect(widget.described).toEqual([
      [
        { clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop', service: 'web' },
        { clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop', service: 'ballast-web-g1' },
      ],
    ]);
  });

  it('is told to have more decisions than are shown only where it has', async () => {
    const widget = aWidget();
    await widget.enrol(serviceArn);
    for (let index = 0; index < limits.decisionsOfOne; index += 1) {
      await widget.memory.recordDecision(resized(index % 2, 1 - (index % 2), nowMs - minute + index));
    }
    expect((await widget.show(one)).services[0]?.history?.cut).toBe(true);
    expect(
      (await widget.show({ ...one, widgetContext: { timeRange: { start: nowMs - 1_000, end: nowMs } } })).services[0]
        ?.history?.cut,
    ).toBe(false);
  });
});

describe('what a widget may cost', () => {
  it('is the same few requests for a thousand services as for ten', async () => {
    const widget = aWidget();
    await widget.enrol(...services(1_000));
    for (const arn of services(30))
      await widget.memory.recordDecision(aRecord({ serviceArn: arn, reason: 'bridge_at_cap' }));
    const facts = await widget.show();
    expect(facts).toMatchObject({ matching: 1_000, lookedAt: 1_000 });
    expect(facts.services).toHaveLength(50);
    // newestDecisions is a hundred services a request, decisionsWithin two requests each.
    expect(widget.asked).toEqual({
      enrolments: 1,
      readFleet: 1,
      newestDecisions: 1,
      usageIfSmall: 1,
      decisionsWithin: 12,
    });
    expect(widget.described.map((refs) => refs.length)).toEqual([50]);
  });

  it('is spent on those that hold or want on-demand, or are paused, where there are more', async () => {
    const widget = aWidget();
    const [bridged = '', paused = ''] = [arnOf('z-bridged'), arnOf('z-paused')];
    await widget.enrol(...services(1_100), bridged, paused);
    await widget.memory.saveBudget(0, [{ serviceArn: bridged, priority: 5, milliVcpu: 250, held: 1, wanted: 0 }]);
    await widget.memory.setPause(paused, true);
    for (const arn of [bridged, paused])
      await widget.memory.recordDecision(aRecord({ serviceArn: arn, reason: 'paused' }));
    const facts = await widget.show();
    expect(facts).toMatchObject({ matching: 1_102, lookedAt: 1_000 });
    expect(facts.services.slice(0, 2).map(({ name }) => name)).toEqual(['z-bridged', 'z-paused']);
  });

  it('is five calls of ECS at most, for those in trouble first; the others are as last decided', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const all = names.map((cluster) => arnOf('web', cluster));
    const widget = aWidget(
      all.map((arn) =>
        aService({ serviceArn: arn, clusterArn: clusterArnOfService(arn), serviceName: nameOfArn(arn) }),
      ),
    );
    await widget.enrol(...all);
    for (const [index, arn] of all.entries()) {
      await widget.memory.recordDecision(aRecord({ serviceArn: arn, facts: factsOf({ running: 10 - index }) }));
    }
    const facts = await widget.show();
    const asked = facts.services.filter(({ described }) => described !== undefined).map(({ cluster }) => cluster);
    expect(asked.sort()).toEqual(['c', 'd', 'e', 'f', 'g']);
    expect(facts.services).toHaveLength(7);
  });

  it('goes without ECS where it gives no answer, and says so', async () => {
    const widget = aWidget([aService()]);
    widget.failEcs();
    await widget.enrol(serviceArn);
    await widget.memory.recordDecision(aRecord({ facts: factsOf({ running: 4 }) }));
    expect(await widget.show()).toMatchObject({ ecsFailed: true, services: [{ newest: { facts: { running: 4 } } }] });
    expect(widget.warnings).toEqual(['services are not described']);
  });
});

describe('lanes of the timeline', () => {
  it('are for services to whom something happened in the time, or that are not calm', async () => {
    const widget = aWidget();
    const [longCalm = '', longShort = '', stirred = ''] = [arnOf('calm'), arnOf('short'), arnOf('stirred')];
    await widget.enrol(longCalm, longShort, stirred);
    const longAgo = { sinceMs: nowMs - 600 * minute };
    await widget.memory.recordDecision(aRecord({ serviceArn: longCalm, ...longAgo }));
    await widget.memory.recordDecision(aRecord({ serviceArn: longShort, reason: 'on_demand_shortage', ...longAgo }));
    await widget.memory.recordDecision(aRecord({ serviceArn: stirred, sinceMs: nowMs - minute }));
    const facts = await widget.show({ hours: 1 });
    expect(facts.services.map(({ name, history }) => [name, history !== undefined])).toEqual([
      ['short', true],
      ['calm', false],
      ['stirred', true],
    ]);
  });
});

describe('within calls', () => {
  const ref = (cluster: string, service: string): ServiceRef => ({ clusterArn: cluster, service });
  const groups = (cluster: string, count: number) =>
    Array.from({ length: count }, (_, index) => [ref(cluster, `s${index}`), ref(cluster, `b${index}`)]);

  it('fit ten services of a cluster a call, a service always with its bridge', () => {
    expect(withinCalls(groups('a', 30), 5)).toHaveLength(50);
    expect(withinCalls(groups('a', 25), 5)).toHaveLength(50);
    expect(withinCalls([], 5)).toEqual([]);
  });

  it('fit one cluster a call, the first that come, and later ones where calls have room', () => {
    const all = [...groups('a', 1), ...groups('b', 1), ...groups('c', 1), ...groups('a', 4)];
    expect(withinCalls(all, 2).map(({ clusterArn }) => clusterArn)).toEqual('a a b b a a a a a a a a'.split(' '));
  });
});
