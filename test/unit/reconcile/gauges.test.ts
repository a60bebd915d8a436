import { describe, expect, it } from 'vitest';
import { type Pair, readGauges } from '../../../functions/reconcile/gauges.ts';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';
import type { Service } from '../../../shared/ports/ecs.ts';
import { aManagedService } from '../../builders/decide.ts';
import { aBridge, aDeployment, nowMs, serviceArn, stackPolicy } from '../../builders/service-facts.ts';

const minute = 60_000;
const clusterArn = aManagedService().clusterArn;

/** The gauges of a pass, and the ledger that they are read from. */
function aFleet(...pairs: readonly Pair[]) {
  const ledger = createMemoryLedger({ nowMs: () => nowMs });
  const reads: string[] = [];
  const read = async (orphans = 0) => {
    const gauges = await readGauges(
      {
        ledger: {
          readFleet: () => {
            reads.push('readFleet');
            return ledger.readFleet();
          },
          spotShortAtMs: (arn) => {
            reads.push('spotShortAtMs');
            return ledger.spotShortAtMs(arn);
          },
        },
        stackPolicy,
      },
      pairs,
      orphans,
      nowMs,
    );
    return Object.fromEntries(
      gauges.map(({ name, dimensions, value }) => [[name, ...Object.values(dimensions)].join(' '), value]),
    );
  };
  return { ledger, reads, read };
}

const web = (changed: Partial<Service> = {}, tags: Readonly<Record<string, string>> = {}): Pair => ({
  primary: aManagedService(changed, tags),
});

describe('gauges', () => {
  it('show a whole service as it is', async () => {
    expect(await aFleet(web()).read()).toEqual({
      ReconcileHeartbeat: 1,
      EnrolledServices: 1,
      PausedServices: 0,
      OrphanedBridges: 0,
      'ServicesBelowDesired shop': 0,
      'ServicesWithoutSpot shop': 0,
      'SpotDownTime shop': 0,
      'BridgesOpen shop': 0,
      'SpotRunning shop': 10,
      'OnDemandRunning shop': 0,
      'Shortfall shop': 0,
      'SpotRunning shop web': 10,
      'OnDemandRunning shop web': 0,
      'Shortfall shop web': 0,
      'BridgeDesired shop web': 0,
      'Mode shop web': 1,
    });
  });

  it('show what stands in for Spot, and what is missing all the same', async () => {
    const bridged = { ...web({ runningCount: 5 }), bridge: aBridge() };
    expect(await aFleet(bridged).read()).toMatchObject({
      'SpotRunning shop web': 5,
      'OnDemandRunning shop web': 4,
      'Shortfall shop web': 5,
      'BridgeDesired shop web': 4,
      'BridgesOpen shop': 1,
      'ServicesBelowDesired shop': 1,
    });
  });

  it('count a service on demand where its strategy names no Spot', async () => {
    const shifted = web({ capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }] });
    expect(await aFleet(shifted).read()).toMatchObject({ 'SpotRunning shop web': 0, 'OnDemandRunning shop web': 10 });
  });

  it.each([
    ['observe', 0],
    ['act', 1],
    ['perhaps', 3],
  ])('show the mode %s as %i', async (mode, value) => {
    expect(await aFleet(web({}, { 'ballast:mode': mode })).read()).toMatchObject({ 'Mode shop web': value });
  });

  it('show who is paused, by itself or with all', async () => {
    const api = { primary: aManagedService({ serviceArn: serviceArn.replace('/web', '/api'), serviceName: 'api' }) };
    const fleet = aFleet(web(), api);
    expect(await fleet.read()).toMatchObject({ 'SpotRunning shop': 20, 'SpotRunning shop api': 10 });
    await fleet.ledger.setPause(serviceArn, true);
    expect(await fleet.read()).toMatchObject({ PausedServices: 1, 'Mode shop web': 2, 'Mode shop api': 1 });
    await fleet.ledger.setPause(undefined, true);
    expect(await fleet.read()).toMatchObject({ PausedServices: 2, 'Mode shop api': 2 });
  });

  it('call only those short that are acted for and not deploying', async () => {
    const deployments = [aDeployment({ rolloutState: 'IN_PROGRESS' })];
    for (const pair of [
      web({ runningCount: 5 }, { 'ballast:mode': 'observe' }),
      web({ runningCount: 5, deployments }),
      { ...web({ runningCount: 6 }), bridge: aBridge() },
    ]) {
      expect(await aFleet(pair).read()).toMatchObject({ 'ServicesBelowDesired shop': 0 });
    }
  });

  it('pass on how many bridges belong to nobody', async () => {
    expect(await aFleet(web()).read(2)).toMatchObject({ OrphanedBridges: 2 });
  });
});

describe('Spot is down', () => {
  it('where ECS has not even a task under way and could not place one on Spot lately', async () => {
    const fleet = aFleet(web({ runningCount: 7, pendingCount: 2 }));
    await fleet.ledger.recordSpotShort(clusterArn, nowMs - 29 * minute);
    expect(await fleet.read()).toMatchObject({ 'ServicesWithoutSpot shop': 1, 'SpotDownTime shop': 60 });
  });

  it('no longer half an hour after the last failure', async () => {
    const fleet = aFleet(web({ runningCount: 7 }));
    await fleet.ledger.recordSpotShort(clusterArn, nowMs - 30 * minute);
    expect(await fleet.read()).toMatchObject({ 'ServicesWithoutSpot shop': 0, 'SpotDownTime shop': 0 });
  });

  it('for nobody whose tasks are all under way, whatever failed', async () => {
    const fleet = aFleet(web({ runningCount: 7, pendingCount: 3 }));
    await fleet.ledger.recordSpotShort(clusterArn, nowMs - minute);
    expect(await fleet.read()).toMatchObject({ 'ServicesWithoutSpot shop': 0 });
  });
});

describe('what gauges cost', () => {
  it('is one read of the ledger, and one more for a cluster in which tasks are missing', async () => {
    const calm = aFleet(web());
    await calm.read();
    expect(calm.reads).toEqual(['readFleet']);
    const inTrouble = aFleet(web({ runningCount: 7 }));
    await inTrouble.read();
    expect(inTrouble.reads).toEqual(['readFleet', 'spotShortAtMs']);
  });
});
