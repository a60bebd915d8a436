import { describe, expect, it } from 'vitest';
import { afford } from '../../../functions/decide/afford.ts';
import { consider } from '../../../functions/decide/considered.ts';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';
import type { BudgetEntry } from '../../../shared/decisions/budget.ts';
import { RetryableError } from '../../../shared/errors.ts';
import { aDecider, aManagedService } from '../../builders/decide.ts';
import {
  aBridge,
  aBridgeState,
  aTaskRecord,
  bridgedControl,
  nowMs,
  provenControl,
  reclaimed,
  serviceArn,
  someFacts,
  stackPolicy,
} from '../../builders/service-facts.ts';

const arnOf = (name: string) => `arn:aws:ecs:us-east-1:111122223333:service/shop/${name}`;
const minute = 60_000;
const entryOf = (name: string, changed: Partial<BudgetEntry> = {}): BudgetEntry => ({
  serviceArn: arnOf(name),
  priority: 5,
  milliVcpu: 1_000,
  held: 0,
  wanted: 0,
  ...changed,
});

/** Services of ten tasks that lack so many each, with a budget of so many vCPU. */
async function deciderWith(
  lacking: Readonly<Record<string, number>>,
  stackMaxBridgeVcpu: number | undefined,
  { tags = {}, cpu = 1_024 }: { tags?: Readonly<Record<string, Readonly<Record<string, string>>>>; cpu?: number } = {},
) {
  const names = Object.keys(lacking);
  const decider = aDecider({
    services: names.map((name) => aManagedService({ serviceName: name, serviceArn: arnOf(name) }, tags[name])),
    listed: Object.fromEntries(names.map((name) => [name, 10 - (lacking[name] ?? 0)])),
    ...(stackMaxBridgeVcpu === undefined ? {} : { stackPolicy: { stackMaxBridgeVcpu } }),
  });
  for (const name of names) {
    await decider.remember(provenControl, arnOf(name));
    await decider.tell(
      Array.from({ length: lacking[name] ?? 0 }, (_, index) =>
        aTaskRecord(`${name}-${index}`, {
          serviceArn: arnOf(name),
          desiredStatus: 'STOPPED',
          spotStopAtMs: nowMs - 5_000,
          cpu,
        }),
      ),
    );
  }
  decider.forget();
  const bridgeOf = (name: string) => decider.services.get(arnOf(`ballast-${name}-g1`))?.desiredCount;
  const ask = (...asked: string[]) => decider.decide(...asked.map((name) => ({ serviceArn: arnOf(name) })));
  return { ...decider, bridgeOf, ask, budget: async () => (await decider.memory.readFleet()).budget };
}

describe('the on-demand budget', () => {
  it('is neither read again nor written where nothing limits', async () => {
    const decider = await deciderWith({ web: 5 }, undefined);
    await decider.ask('web');
    expect(decider.bridgeOf('web')).toBe(5);
    expect(decider.called('ledger.readFleet')).toHaveLength(1);
    expect(decider.called('ledger.saveBudget')).toEqual([]);
  });

  it('is divided among the services of a batch', async () => {
    const decider = await deciderWith({ api: 5, web: 5 }, 4);
    await decider.ask('api', 'web');
    expect([decider.bridgeOf('api'), decider.bridgeOf('web')]).toEqual([2, 2]);
    expect(await decider.record(arnOf('web'))).toMatchObject({ reason: 'budget_exhausted', facts: { affordable: 2 } });
  });

  it('is divided by the size of the tasks', async () => {
    const decider = await deciderWith({ web: 5 }, 1, { cpu: 256 });
    await decider.ask('web');
    expect(decider.bridgeOf('web')).toBe(4);
  });

  it('goes by priority', async () => {
    const decider = await deciderWith({ api: 5, web: 5 }, 1, { tags: { web: { 'ballast:priority': '9' } } });
    await decider.ask('api', 'web');
    expect([decider.bridgeOf('api'), decider.bridgeOf('web')]).toEqual([undefined, 1]);
    expect((await decider.record(arnOf('api'))).reason).toBe('budget_exhausted');
  });

  it('comes from the quota less the reserve where the stack has no maximum', async () => {
    const decider = await deciderWith({ web: 5 }, undefined);
    await decider.memory.saveOnDemandVcpuQuota(5);
    await decider.ask('web');
    expect(decider.bridgeOf('web')).toBe(4);
  });

  it('is kept with what each holds and wants, so that other batches respect it', async () => {
    const decider = await deciderWith({ api: 3, web: 5 }, 4);
    await decider.ask('api');
    expect((await decider.budget()).entries).toEqual([entryOf('api', { held: 3, wanted: 3 })]);
    await decider.ask('web');
    expect(decider.bridgeOf('web')).toBe(1);
    expect((await decider.budget()).entries).toEqual([
      entryOf('api', { held: 3, wanted: 3 }),
      entryOf('web', { held: 1, wanted: 5 }),
    ]);
  });

  it('is not written again when nothing has changed', async () => {
    const decider = await deciderWith({ api: 3 }, 4);
    await decider.ask('api');
    decider.pass(minute);
    await decider.ask('api');
    expect((await decider.budget()).version).toBe(1);
  });

  it('is asked for again when somebody else wrote it meanwhile', async () => {
    const decider = await deciderWith({ web: 5 }, 4);
    let lost = 0;
    decider.fail((call) => {
      if (call.name === 'ledger.saveBudget' && lost < 1) {
        lost += 1;
        void decider.memory.saveBudget(0, [entryOf('other', { held: 3, wanted: 3 })]);
      }
      return undefined;
    });
    await decider.ask('web');
    expect(decider.bridgeOf('web')).toBe(1);
    expect((await decider.budget()).entries.map(({ held }) => held)).toEqual([3, 1]);
  });

  it('lets nobody grow after four lost races, and nobody shrink', async () => {
    const decider = await deciderWith({ web: 5 }, 20);
    let version = 0;
    decider.fail((call) => {
      if (call.name === 'ledger.saveBudget') {
        void decider.memory.saveBudget(version, [entryOf('other', { held: version, wanted: 5 })]);
        version += 1;
      }
      return undefined;
    });
    await decider.ask('web');
    expect(decider.called('ledger.saveBudget').length).toBe(4);
    expect(decider.bridgeOf('web')).toBeUndefined();
    expect(await decider.record(arnOf('web'))).toMatchObject({ reason: 'budget_exhausted', applied: [] });
  });

  it('fails for the whole batch when the ledger does not take it', async () => {
    const decider = await deciderWith({ api: 1, web: 1 }, 4);
    decider.fail(({ name }) => (name === 'ledger.saveBudget' ? new Error('away') : undefined));
    expect(await decider.ask('api', 'web')).toEqual(new Set([arnOf('api'), arnOf('web')]));
    expect(decider.called('ecs.createService')).toEqual([]);
  });

  it('is not spent by services that observe or are paused', async () => {
    const decider = await deciderWith({ api: 5, jobs: 5, web: 5 }, 4, { tags: { api: { 'ballast:mode': 'observe' } } });
    await decider.memory.setPause(arnOf('jobs'), true);
    await decider.ask('api', 'jobs', 'web');
    expect(decider.bridgeOf('web')).toBe(4);
    expect((await decider.budget()).entries).toEqual([entryOf('web', { held: 4, wanted: 5 })]);
  });
});

describe('what a bridge holds of the budget', () => {
  /** The service is whole and gives its bridge of four back. */
  async function calm(bridge = aBridge(), services = [aManagedService(), bridge]) {
    const decider = aDecider({ services, stackPolicy: { stackMaxBridgeVcpu: 4 } });
    await decider.memory.saveBudget(0, [entryOf('web', { held: 4, wanted: 4 })]);
    await decider.remember(bridgedControl());
    return { ...decider, entries: async () => (await decider.memory.readFleet()).budget.entries };
  }

  it('is freed step by step at the return, and not wanted any more', async () => {
    const decider = await calm();
    const held: unknown[] = [];
    for (let step = 0; step < 4; step += 1) {
      await decider.decide('wake');
      held.push((await decider.entries()).map((entry) => [entry.held, entry.wanted]));
      decider.pass(10_000);
    }
    expect(held).toEqual([[[3, 3]], [[2, 2]], [[1, 1]], []]);
  });

  /** What the budget says that web holds, whenever a call of that name is made. */
  const heldAt = async (name: string) => {
    const decider = await calm();
    const held: unknown[] = [];
    decider.fail((call) => {
      if (call.name === name) void decider.entries().then((entries) => held.push(entries[0]?.held));
      return undefined;
    });
    return { ...decider, held };
  };

  it('is not freed before the return was sent: another bridge would have it meanwhile', async () => {
    const { decide, held, entries } = await heldAt('ecs.setDesiredCount');
    await decide('wake');
    expect(held).toEqual([4]);
    expect(await entries()).toMatchObject([{ held: 3, wanted: 3 }]);
  });

  it('is not freed by a return that AWS did not answer, and is once ECS shows it', async () => {
    const decider = await calm();
    decider.fail(({ name }) => (name === 'ecs.setDesiredCount' ? new RetryableError('no answer') : undefined));
    await decider.decide('wake');
    expect(await decider.entries()).toMatchObject([{ held: 4, wanted: 3 }]);
    decider.heal();
    decider.services.set(arnOf('ballast-web-g1'), aBridge({ desiredCount: 3 }));
    decider.pass(10_000);
    decider.fail(({ name }) => (name === 'ecs.setDesiredCount' ? new RetryableError('no answer') : undefined));
    await decider.decide('wake');
    expect(await decider.entries()).toMatchObject([{ held: 3, wanted: 2 }]);
  });

  it('stays freed while ECS does not show the return', async () => {
    const decider = await calm();
    await decider.decide('wake');
    decider.services.set(arnOf('ballast-web-g1'), aBridge({ desiredCount: 4 }));
    decider.pass(1_000);
    await decider.decide('schedule');
    expect(await decider.entries()).toMatchObject([{ held: 3 }]);
  });

  it('is nothing after the last task was given back, although ECS still shows it', async () => {
    const decider = await calm(aBridge({ desiredCount: 1 }));
    await decider.decide('wake');
    expect(await decider.entries()).toEqual([]);
    await decider.memory.saveBudget(3, [entryOf('other', { held: 4, wanted: 4 })]);
    decider.services.set(arnOf('ballast-web-g1'), aBridge({ desiredCount: 1 }));
    decider.listed.set('web', 7);
    await decider.tell([1, 2, 3].map((id) => aTaskRecord(`l${id}`, { desiredStatus: 'STOPPED', spotStopAtMs: nowMs })));
    decider.pass(10_000);
    decider.forget();
    await decider.decide();
    expect(decider.called('ecs.setDesiredCount')).toEqual([]);
    expect(await decider.entries()).toMatchObject([{ held: 4 }, { held: 0, wanted: 3 }]);
  });

  it('is freed under the fence: the next decision must not claim it first', async () => {
    const decider = await calm();
    decider.forget();
    await decider.decide('wake');
    const names = decider.names('ledger.saveBudget', 'ecs.setDesiredCount', 'ledger.releaseFence');
    expect(names).toEqual(['ledger.saveBudget', 'ecs.setDesiredCount', 'ledger.saveBudget', 'ledger.releaseFence']);
  });

  it('is freed although others write the budget meanwhile', async () => {
    const decider = await calm();
    let saves = 0;
    decider.fail((call) => {
      if (call.name !== 'ledger.saveBudget') return undefined;
      saves += 1;
      if (saves !== 2) return undefined;
      void decider.memory.saveBudget(2, [
        entryOf('web', { held: 4, wanted: 3 }),
        entryOf('other', { held: 1, wanted: 1 }),
      ]);
      return undefined;
    });
    await decider.decide('wake');
    expect(await decider.entries()).toMatchObject([{ held: 3 }, { held: 1 }]);
  });

  it('is asked for again when the ledger does not free it, also of a service that is gone', async () => {
    const decider = await calm(aBridge(), [aBridge()]);
    let saves = 0;
    decider.fail(({ name }) => {
      saves += name === 'ledger.saveBudget' ? 1 : 0;
      return name === 'ledger.saveBudget' && saves > 1 ? new RetryableError('away') : undefined;
    });
    expect(await decider.decide('schedule')).toEqual(new Set([serviceArn]));
    expect(await decider.entries()).toMatchObject([{ held: 4, wanted: 0 }]);
    decider.heal();
    decider.pass(15_000);
    expect(await decider.decide('schedule')).toEqual(new Set());
    expect(await decider.entries()).toEqual([]);
  });

  it('is freed when the service is gone', async () => {
    const decider = await calm(aBridge(), [aBridge()]);
    await decider.decide('schedule');
    expect((await decider.record()).reason).toBe('service_gone');
    expect(await decider.entries()).toEqual([]);
  });

  it('is freed when a service that has withdrawn gets rid of its bridge', async () => {
    const decider = await calm(aBridge(), [aManagedService({}, { 'ballast:managed': 'false' }), aBridge()]);
    await decider.decide('schedule');
    expect(await decider.entries()).toEqual([]);
  });

  it('still counts while ECS does not show the bridge yet', async () => {
    const decider = aDecider({ listed: { web: 7 }, stackPolicy: { stackMaxBridgeVcpu: 4 } });
    await decider.memory.saveBudget(0, [entryOf('web', { held: 3, wanted: 3 })]);
    await decider.remember(
      bridgedControl({
        bridge: aBridgeState({ createdAtMs: nowMs - 2_000, lastWriteAtMs: nowMs - 2_000, desired: 3 }),
      }),
    );
    await decider.tell(
      [1, 2, 3].map((id) => aTaskRecord(`l${id}`, { desiredStatus: 'STOPPED', spotStopAtMs: nowMs - 6_000 })),
    );
    await decider.decide();
    expect((await decider.record()).reason).toBe('bridge_write_too_soon');
    expect((await decider.memory.readFleet()).budget.entries).toMatchObject([{ serviceArn, held: 3 }]);
  });

  it('is kept when the budget shrinks below it', async () => {
    const decider = aDecider({
      listed: { web: 4 },
      services: [aManagedService(), aBridge()],
      stackPolicy: { stackMaxBridgeVcpu: 1 },
    });
    await decider.remember(bridgedControl());
    await decider.tell(
      [1, 2, 3, 4, 5, 6].map((id) => aTaskRecord(`l${id}`, { desiredStatus: 'STOPPED', spotStopAtMs: nowMs - minute })),
    );
    await decider.decide();
    expect(await decider.record()).toMatchObject({ reason: 'budget_exhausted', applied: [] });
    expect(decider.services.get(arnOf('ballast-web-g1'))?.desiredCount).toBe(4);
  });
});

describe('a need that is over by the clock between plan and budget', () => {
  it('is still what the plan is held against: it must not be carried out without the budget', async () => {
    // ECS's counts lag: what replaces a task that was reclaimed less than 15 s ago is not running yet.
    const stoppedAtMs = nowMs - 14_900;
    const facts = someFacts({ tasks: reclaimed(3, stoppedAtMs) });
    const request = { serviceArn, clusterArn: facts.clusterArn, cause: 'notice', askedAtMs: nowMs } as const;
    const fence = { serviceArn, generation: 1, expiresAtMs: nowMs + 12_000 };
    const limited = { ...stackPolicy, stackMaxBridgeVcpu: 1 };
    const acting = { ...facts, primary: aManagedService() };
    const planned = consider({ request, fence, facts: acting, estimated: false }, limited, nowMs);
    expect(planned.plan.commands).toMatchObject([{ kind: 'CreateService', request: { desiredCount: 3 } }]);

    const ledger = createMemoryLedger({ nowMs: () => nowMs + 300 });
    const { batch } = await afford({ ledger, stackPolicy: limited }, [planned], await ledger.readFleet(), nowMs + 300);

    const asked = batch
      .flatMap(({ plan }) => plan.commands)
      .map((command) => ('request' in command ? command.request.desiredCount : 0));
    expect(Math.max(0, ...asked)).toBeLessThanOrEqual(1);
  });
});
