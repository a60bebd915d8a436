import { describe, expect, it } from 'vitest';
import type { Lasting } from '../../../shared/ports/telemetry.ts';
import { aDecider, aManagedService } from '../../builders/decide.ts';
import {
  aBridge,
  aBridgeState,
  aDeployment,
  aTaskRecord,
  bridgedControl,
  nowMs,
  provenControl,
  reclaimed,
} from '../../builders/service-facts.ts';

type Decider = ReturnType<typeof aDecider>;

/** What the last decision told to last. */
const told = (decider: Decider) => decider.called('telemetry.decided').at(-1)?.args[2] as Lasting;

/** Three of ten tasks were taken five seconds ago. */
async function short(tags: Readonly<Record<string, string>> = {}) {
  const decider = aDecider({ services: [aManagedService({}, tags)], listed: { web: 7 } });
  await decider.remember(provenControl);
  await decider.tell(reclaimed(3));
  return decider;
}

describe('a service below what is wanted', () => {
  it('is below since the first of the notices that tell of it', async () => {
    const decider = await short();
    await decider.decide();
    expect(told(decider)).toEqual({ belowDesiredMs: 5_000 });
    expect((await decider.stored())?.below).toEqual({ sinceMs: nowMs - 5_000, bySpot: true });
  });

  it('is whole again when the last task that it lacked has come to RUNNING, however late that is seen', async () => {
    const decider = await short();
    await decider.decide();
    await decider.tell([aTaskRecord('stands-in', { startedAtMs: nowMs + 41_000, ofBridge: true })]);
    decider.pass(70_000);
    await decider.decide('wake');
    expect(told(decider)).toEqual({ timeToWholeMs: 46_000, bridgeOpenMs: 70_000 });
    expect((await decider.stored())?.below).toBeUndefined();
  });

  it('tells once that it is whole again', async () => {
    const decider = await short();
    await decider.decide();
    decider.pass(70_000);
    await decider.decide('wake');
    decider.pass(60_000);
    await decider.decide('wake');
    expect(told(decider).timeToWholeMs).toBeUndefined();
  });

  it('is below also where nothing of Spot explains it, and then no time to whole is told', async () => {
    const decider = aDecider({ listed: { web: 8 } });
    await decider.remember(provenControl);
    await decider.decide('schedule');
    expect(told(decider)).toEqual({ belowDesiredMs: 0 });
    decider.listed.set('web', 10);
    decider.pass(60_000);
    await decider.decide('schedule');
    expect(told(decider)).toEqual({});
  });

  it('is not below while a deployment replaces its tasks', async () => {
    const deploying = [
      aDeployment({ rolloutState: 'IN_PROGRESS' }),
      aDeployment({ id: 'ecs-svc/1', status: 'ACTIVE' }),
    ];
    const decider = aDecider({ services: [aManagedService({ deployments: deploying })], listed: { web: 6 } });
    await decider.remember(provenControl);
    await decider.decide('schedule');
    expect(told(decider)).toEqual({});
  });

  it('is told of where it is acted for only', async () => {
    const decider = await short({ 'ballast:mode': 'observe' });
    await decider.decide();
    expect(told(decider)).toEqual({});
  });
});

describe('what stands for long', () => {
  it('is a bridge that is asked for tasks, by its age', async () => {
    const decider = aDecider({ services: [aManagedService(), aBridge()], listed: { web: 6 } });
    await decider.remember(bridgedControl({ bridge: aBridgeState({ createdAtMs: nowMs - 7_200_000 }) }));
    await decider.tell(reclaimed(4, nowMs - 60_000));
    await decider.decide('wake');
    expect(told(decider)).toEqual({ bridgeOpenMs: 7_200_000 });
  });

  it('is a shifted strategy, since it was seen', async () => {
    const original = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
    const shifted = [{ capacityProvider: 'FARGATE', weight: 1 }];
    const decider = aDecider({
      services: [aManagedService({ capacityProviderStrategy: shifted }, { 'ballast:fallback': 'strategy' })],
    });
    const phaseSinceMs = nowMs - 60_000;
    await decider.remember({ ...provenControl, strategy: { original, shifted, phase: 'shifted', phaseSinceMs } });
    await decider.tell(reclaimed(1, nowMs - 90_000));
    await decider.decide('wake');
    expect(told(decider)).toEqual({ strategyShiftedMs: 60_000 });
  });
});
