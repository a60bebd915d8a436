import { describe, expect, it } from 'vitest';
import { followedDeployment } from '../../../shared/decisions/bridge-request.ts';
import { planService } from '../../../shared/decisions/plan-service.ts';
import type { ServiceDeployment } from '../../../shared/ports/ecs.ts';
import {
  aBridge,
  aBridgeState,
  aDeployment,
  aPolicyOutcome,
  aService,
  bridgedControl,
  nowMs,
  reclaimed,
  signal,
  someFacts,
} from '../../builders/service-facts.ts';

const minute = 60_000;
const seven = 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7';
const eight = 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:8';
const old = aDeployment({ status: 'ACTIVE', rolloutState: 'COMPLETED', taskDefinition: seven });
const release = (changed: Partial<ServiceDeployment> = {}) =>
  aDeployment({ id: 'ecs-svc/1001', rolloutState: 'IN_PROGRESS', taskDefinition: eight, ...changed });

/** A release of web:8 in a drought: four of ten tasks are missing, and the bridge of web:7 covers them. */
function drought({
  deployments = [release(), old],
  healthyOfNewest = 1,
  spotFailed = true,
  followedId = 'ecs-svc/1000',
  bridge = aBridge(),
  listedTasks = 6,
}: {
  deployments?: readonly ServiceDeployment[];
  healthyOfNewest?: number;
  spotFailed?: boolean;
  followedId?: string;
  bridge?: ReturnType<typeof aBridge>;
  listedTasks?: number;
} = {}) {
  return someFacts({
    primary: aService({ taskDefinition: eight, deployments }),
    listedTasks,
    tasks: reclaimed(10 - listedTasks, nowMs - 5 * minute),
    signals: spotFailed ? signal('spot_placement_failure', nowMs - minute) : {},
    bridge,
    healthyOfNewest,
    control: bridgedControl({ bridge: aBridgeState({ deploymentId: followedId }) }),
  });
}

const plan = (facts: Parameters<typeof planService>[0]) => planService(facts, aPolicyOutcome(), nowMs);

describe('the revision of a bridge, while a release is under way', () => {
  it('moves once a task of the new one is healthy and only placement blocks the others', () => {
    expect(plan(drought())).toMatchObject({
      reason: 'bridge_follows_revision',
      explanation: 'the bridge moves to web:8 with its 4 tasks',
      commands: [
        { kind: 'UpdateService.revision', service: 'ballast-web-g1', launch: { taskDefinition: eight }, to: 4 },
      ],
      next: { bridge: { deploymentId: 'ecs-svc/1001', direction: 'growing' } },
    });
  });

  it.each<[string, Parameters<typeof drought>[0]]>([
    ['no task of the new one is healthy', { healthyOfNewest: 0 }],
    ['Spot can place', { spotFailed: false }],
    ['tasks of the new one are still starting', { deployments: [release({ pendingCount: 1 }), old] }],
    ['a task of the new one has failed', { deployments: [release({ failedTasks: 1 }), old] }],
  ])('does not lead: not while %s', (_when, changed) => {
    expect(plan(drought(changed)).commands).toEqual([]);
  });

  it('moves with growth in one call', () => {
    expect(plan(drought({ listedTasks: 3 })).commands).toEqual([
      {
        kind: 'UpdateService.revision',
        clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
        service: 'ballast-web-g1',
        launch: { taskDefinition: eight, loadBalancers: [], serviceRegistries: [] },
        from: 4,
        to: 7,
      },
    ]);
  });

  it('grows without moving where it must not lead', () => {
    const facts = drought({ listedTasks: 3, healthyOfNewest: 0 });
    expect(plan(facts).commands).toMatchObject([{ kind: 'UpdateService.desiredCount', from: 4, to: 7 }]);
    expect(plan(facts).next.bridge?.deploymentId).toBe('ecs-svc/1000');
  });

  it('stays moved, also when the healthy task is reclaimed', () => {
    const moved = drought({
      healthyOfNewest: 0,
      followedId: 'ecs-svc/1001',
      bridge: aBridge({ taskDefinition: eight }),
    });
    expect(plan(moved)).toMatchObject({ reason: 'bridge_held', commands: [] });
  });

  it('moves back when the release is rolled back', () => {
    const rollingBack = drought({
      deployments: [
        aDeployment({
          rolloutState: 'IN_PROGRESS',
          rolloutStateReason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1000.',
          taskDefinition: seven,
        }),
        release({ status: 'ACTIVE', rolloutState: 'FAILED' }),
      ],
      healthyOfNewest: 0,
      followedId: 'ecs-svc/1001',
      bridge: aBridge({ taskDefinition: eight }),
    });
    expect(plan(rollingBack).commands).toMatchObject([
      { kind: 'UpdateService.revision', launch: { taskDefinition: seven }, from: 4, to: 4 },
    ]);
  });

  it('waits ten seconds after the last write', () => {
    const facts = drought();
    const control = bridgedControl({
      bridge: aBridgeState({ deploymentId: 'ecs-svc/1000', lastWriteAtMs: nowMs - 9_000 }),
    });
    expect(plan({ ...facts, ledger: { ...facts.ledger, control } })).toMatchObject({
      reason: 'bridge_write_too_soon',
      commands: [],
      wakeAtMs: nowMs + 1_000,
    });
  });
});

describe('the revision of a bridge, after a release', () => {
  it('follows a completed deployment', () => {
    const done = drought({
      deployments: [release({ rolloutState: 'COMPLETED' })],
      spotFailed: false,
      healthyOfNewest: 0,
    });
    expect(plan(done).commands).toMatchObject([{ kind: 'UpdateService.revision', launch: { taskDefinition: eight } }]);
  });

  it('follows a completed forced deployment of the same task definition', () => {
    const forced = drought({
      deployments: [release({ rolloutState: 'COMPLETED', taskDefinition: seven })],
      spotFailed: false,
      healthyOfNewest: 0,
    });
    expect(plan(forced).commands).toMatchObject([
      { kind: 'UpdateService.revision', launch: { taskDefinition: seven } },
    ]);
    expect(plan(forced).next.bridge?.deploymentId).toBe('ecs-svc/1001');
  });

  it('never follows one that failed', () => {
    const failed = release({ rolloutState: 'FAILED' });
    expect(plan(drought({ deployments: [failed, old] })).commands).toEqual([]);
    expect(plan(drought({ deployments: [failed] })).commands).toEqual([]);
    expect(followedDeployment(aService({ deployments: [failed, old] }), undefined, true, 1)).toBe(old);
    expect(followedDeployment(aService({ deployments: [failed] }), undefined, true, 1)).toBeUndefined();
  });

  it('does not lead with the fix that somebody deploys over a failed release', () => {
    const fix = release({ id: 'ecs-svc/1002', taskDefinition: `${eight}1` });
    const failed = release({ status: 'ACTIVE', rolloutState: 'FAILED' });
    expect(followedDeployment(aService({ deployments: [fix, failed, old] }), 'ecs-svc/1000', true, 0)).toBe(old);
  });

  it('follows a rollback that gives no reason: it deploys what was complete before', () => {
    const back = aDeployment({ id: 'ecs-svc/1002', rolloutState: 'IN_PROGRESS', taskDefinition: seven });
    const failed = release({ status: 'ACTIVE', rolloutState: 'FAILED' });
    expect(followedDeployment(aService({ deployments: [back, failed, old] }), 'ecs-svc/1001', false, 0)).toBe(back);
  });

  it("is the only deployment's where there is one, whatever its state", () => {
    const first = aDeployment({ rolloutState: 'IN_PROGRESS' });
    expect(followedDeployment(aService({ deployments: [first] }), undefined, false, 0)).toBe(first);
  });
});
