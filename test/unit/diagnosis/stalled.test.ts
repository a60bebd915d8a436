import { describe, expect, it } from 'vitest';
import { type DeploymentWatch, watchDeployment } from '../../../shared/decisions/diagnosis/stalled.ts';
import type { Service, ServiceDeployment } from '../../../shared/ports/ecs.ts';
import { aDeployment, aService, nowMs } from '../../builders/service-facts.ts';

const minute = 60_000;
const stalledAfterMs = 15 * minute;

/** A release beside what it replaces. */
function deploying(release: Partial<ServiceDeployment> = {}, left = 10, service: Partial<Service> = {}): Service {
  return aService({
    deployments: [
      aDeployment({ id: 'ecs-svc/777', rolloutState: 'IN_PROGRESS', runningCount: 3, ...release }),
      aDeployment({ id: 'ecs-svc/666', status: 'ACTIVE', runningCount: left }),
    ],
    ...service,
  });
}

const watched = (changed: Partial<DeploymentWatch> = {}): DeploymentWatch => ({
  deploymentId: 'ecs-svc/777',
  running: 3,
  left: 10,
  progressAtMs: nowMs - 15 * minute,
  ...changed,
});

describe('a deployment under way', () => {
  it('is watched from the moment that it is first seen', () => {
    const { watch, isStalled } = watchDeployment(deploying(), undefined, stalledAfterMs, nowMs);
    expect(watch).toEqual({ deploymentId: 'ecs-svc/777', running: 3, left: 10, progressAtMs: nowMs });
    expect(isStalled).toBe(false);
  });

  it('is stalled after fifteen minutes without a step forward, and said so once', () => {
    const first = watchDeployment(deploying(), watched(), stalledAfterMs, nowMs);
    expect(first).toEqual({ watch: watched({ reported: true }), isStalled: true });
    const second = watchDeployment(deploying(), first.watch, stalledAfterMs, nowMs + minute);
    expect(second).toEqual({ watch: first.watch, isStalled: false });
  });

  it('is not yet stalled a moment before', () => {
    const before = watched({ progressAtMs: nowMs - 15 * minute + 1 });
    expect(watchDeployment(deploying(), before, stalledAfterMs, nowMs)).toEqual({ watch: before, isStalled: false });
  });

  it.each([
    { step: 'one more of its tasks runs than ever', service: deploying({ runningCount: 4 }), running: 4, left: 10 },
    { step: 'one fewer of the old tasks is left', service: deploying({}, 9), running: 3, left: 9 },
    {
      step: 'an old task went while one of its own died',
      service: deploying({ runningCount: 2 }, 9),
      running: 3,
      left: 9,
    },
  ])('has come a step forward when $step', ({ service, running, left }) => {
    const { watch, isStalled } = watchDeployment(service, watched(), stalledAfterMs, nowMs);
    expect(watch).toEqual({ deploymentId: 'ecs-svc/777', running, left, progressAtMs: nowMs });
    expect(isStalled).toBe(false);
  });

  it('comes no step forward by tasks that come up and die again', () => {
    const best = watched({ running: 5 });
    expect(watchDeployment(deploying({ runningCount: 5 }), best, stalledAfterMs, nowMs).isStalled).toBe(true);
    expect(watchDeployment(deploying({ runningCount: 0 }, 11), best, stalledAfterMs, nowMs).isStalled).toBe(true);
  });

  it('is watched anew when it is another one', () => {
    const before = watched({ deploymentId: 'ecs-svc/555', reported: true });
    expect(watchDeployment(deploying(), before, stalledAfterMs, nowMs)).toEqual({
      watch: watched({ progressAtMs: nowMs }),
      isStalled: false,
    });
  });
});

describe('nothing is watched', () => {
  it.each([
    { what: 'a deployment that is through', service: aService() },
    { what: 'one that ECS calls failed', service: deploying({ rolloutState: 'FAILED' }) },
    {
      what: 'a rollback: the release that it takes back was diagnosed',
      service: deploying({
        rolloutStateReason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/5.',
      }),
    },
    { what: 'what CodeDeploy deploys', service: deploying({}, 10, { deploymentController: 'CODE_DEPLOY' }) },
    {
      what: 'a canary that rests with all its tasks',
      service: deploying({ runningCount: 10 }, 10, { deploymentStrategy: 'CANARY' }),
    },
  ])('$what', ({ service }) => {
    expect(watchDeployment(service, watched(), stalledAfterMs, nowMs)).toEqual({ watch: undefined, isStalled: false });
  });
});
