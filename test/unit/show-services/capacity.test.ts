import { describe, expect, it } from 'vitest';
import { capacityOf } from '../../../functions/show-services/capacity.ts';
import { inOrder, urgencyOf } from '../../../functions/show-services/urgency.ts';
import { servicePolicy } from '../../../shared/policy/policy.ts';
import { aBridge, aDeployment, aService, nowMs, stackPolicy } from '../../builders/service-facts.ts';
import { aRecord, factsOf, minute, serviceFactsOf } from '../../builders/widget.ts';

const onDemand = [{ capacityProvider: 'FARGATE', weight: 1 }];

describe('the tasks of a service', () => {
  it('are what ECS has now, by what they run on', () => {
    const described = { primary: aService({ runningCount: 5 }), bridge: aBridge({ desiredCount: 4, runningCount: 3 }) };
    expect(capacityOf(serviceFactsOf({ described }))).toEqual({
      desired: 10,
      spot: 5,
      onDemand: 0,
      bridge: 3,
      missing: 2,
      deploying: false,
    });
  });

  it('are on demand where the strategy names no Spot provider', () => {
    const described = { primary: aService({ capacityProviderStrategy: onDemand }) };
    expect(capacityOf(serviceFactsOf({ described }))).toMatchObject({ spot: 0, onDemand: 10, missing: 0 });
  });

  it('are more than enough while a deployment overlaps: none is missing', () => {
    const deployments = [aDeployment({ rolloutState: 'IN_PROGRESS' }), aDeployment({ status: 'ACTIVE' })];
    const described = { primary: aService({ runningCount: 14, deployments }) };
    expect(capacityOf(serviceFactsOf({ described }))).toMatchObject({ spot: 14, missing: 0, deploying: true });
  });

  it('are missing from what was wanted before a scaler folded the service', () => {
    const described = { primary: aService({ desiredCount: 6, runningCount: 6 }) };
    const newest = aRecord({ facts: factsOf({ wantedLatched: 12 }) });
    expect(capacityOf(serviceFactsOf({ described, newest }))).toMatchObject({ desired: 12, spot: 6, missing: 6 });
  });

  it('are as the last decision found them where ECS was not asked', () => {
    const facts = factsOf({ running: 6, bridgeDesired: 3, bridgeRunning: 2 });
    const newest = aRecord({ facts, sinceMs: nowMs - 5 * minute });
    expect(capacityOf(serviceFactsOf({ newest }))).toEqual({
      desired: 10,
      spot: 6,
      onDemand: 0,
      bridge: 2,
      missing: 2,
      deploying: false,
      asOfMs: nowMs - 5 * minute,
    });
  });

  it('are not known where there is neither', () => {
    expect(capacityOf(serviceFactsOf({ newest: aRecord() }))).toBeUndefined();
    const { newest: _, ...undecided } = serviceFactsOf();
    expect(capacityOf(undecided)).toBeUndefined();
  });
});

describe('who should look', () => {
  const named = (name: string, changed: Parameters<typeof serviceFactsOf>[0]) =>
    serviceFactsOf({ name, serviceArn: `arn:aws:ecs:us-east-1:111122223333:service/shop/${name}`, ...changed });
  const lacking = (missing: number) => ({ newest: aRecord({ facts: factsOf({ running: 10 - missing }) }) });
  const deploying = { newest: aRecord({ facts: factsOf({ running: 4, deployments: 2 }) }) };
  const wrongTag = { policy: servicePolicy(stackPolicy, { 'ballast:mode': 'go' }) };

  it('looks at those first that lack tasks, then at what is in the way, under way, badly set, and calm', () => {
    const services = [
      named('calm', {}),
      named('barred', wrongTag),
      named('bridged', { newest: aRecord({ facts: factsOf({ running: 7, bridgeRunning: 3 }) }) }),
      named('capped', { newest: aRecord({ reason: 'bridge_at_cap' }) }),
      named('lacks-two', lacking(2)),
      named('lacks-five', lacking(5)),
    ];
    expect(inOrder(services).map(({ name }) => name)).toEqual([
      'lacks-five',
      'lacks-two',
      'capped',
      'bridged',
      'barred',
      'calm',
    ]);
    expect(inOrder(services).map(urgencyOf)).toEqual([4, 4, 3, 2, 1, 0]);
  });

  it('takes what a deployment starts for nothing that is missing', () => {
    expect(urgencyOf(named('deploying', deploying))).toBe(0);
  });

  it('has those alike by cluster and name', () => {
    expect(inOrder([named('b', {}), named('a', {})]).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});
