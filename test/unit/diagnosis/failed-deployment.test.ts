import { describe, expect, it } from 'vitest';
import { failedDeployment } from '../../../shared/decisions/diagnosis/failed-deployment.ts';
import type { Service, ServiceDeployment } from '../../../shared/ports/ecs.ts';

const rollingBack = 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/100.';

function aDeployment(id: string, createdAtMs: number, changes: Partial<ServiceDeployment> = {}): ServiceDeployment {
  return {
    id,
    status: 'ACTIVE',
    taskDefinition: `arn:aws:ecs:eu-west-1:111122223333:task-definition/web:${createdAtMs}`,
    rolloutState: 'IN_PROGRESS',
    desiredCount: 4,
    runningCount: 0,
    pendingCount: 0,
    failedTasks: 0,
    createdAtMs,
    ...changes,
  };
}

function aService(...deployments: readonly ServiceDeployment[]): Service {
  return {
    serviceArn: 'arn:aws:ecs:eu-west-1:111122223333:service/shop/web',
    serviceName: 'web',
    clusterArn: 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
    status: 'ACTIVE',
    desiredCount: 4,
    runningCount: 4,
    pendingCount: 0,
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    deploymentController: 'ECS',
    deploymentStrategy: 'ROLLING',
    schedulingStrategy: 'REPLICA',
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    taskDefinition: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/web:1',
    loadBalancers: [],
    serviceRegistries: [],
    deployments,
    tags: {},
  };
}

const completed = aDeployment('ecs-svc/100', 1, { rolloutState: 'COMPLETED' });
const failed = aDeployment('ecs-svc/200', 2, { rolloutState: 'FAILED' });
const rollback = aDeployment('ecs-svc/300', 3, { status: 'PRIMARY', rolloutStateReason: rollingBack });

describe('which deployment fails', () => {
  it('is the one that the event names, and what takes it back is named beside it', () => {
    const service = aService(rollback, failed, completed);

    const found = failedDeployment(service, { symptom: 'deployment_failed', deploymentId: 'ecs-svc/200' });

    expect(found).toEqual({
      deployment: failed,
      deploymentId: 'ecs-svc/200',
      rollbackDeploymentId: 'ecs-svc/300',
    });
  });

  it('is the one that a rollback replaces, when the event names the rollback', () => {
    const service = aService(rollback, failed, completed);

    const found = failedDeployment(service, {
      symptom: 'rolled_back',
      deploymentId: 'ecs-svc/300',
      reason: rollingBack,
    });

    expect(found.deploymentId).toBe('ecs-svc/200');
    expect(found.rollbackDeploymentId).toBe('ecs-svc/300');
  });

  it('is the same when the event of the rollback names the failed one, or the completed one', () => {
    const service = aService(rollback, failed, completed);

    for (const deploymentId of ['ecs-svc/200', 'ecs-svc/100']) {
      const found = failedDeployment(service, { symptom: 'rolled_back', deploymentId, reason: rollingBack });
      expect(found).toMatchObject({ deploymentId: 'ecs-svc/200', rollbackDeploymentId: 'ecs-svc/300' });
    }
  });

  it('may still be IN_PROGRESS while it is taken back', () => {
    const draining = aDeployment('ecs-svc/200', 2);

    const found = failedDeployment(aService(rollback, draining, completed), {
      symptom: 'rolled_back',
      deploymentId: 'ecs-svc/300',
      reason: rollingBack,
    });

    expect(found.deployment).toBe(draining);
  });

  it('is found when the rollback has completed and its reason says nothing any more', () => {
    const back = aDeployment('ecs-svc/300', 3, {
      status: 'PRIMARY',
      rolloutState: 'COMPLETED',
      rolloutStateReason: 'ECS deployment ecs-svc/300 completed.',
    });

    const found = failedDeployment(aService(back, failed), {
      symptom: 'rolled_back',
      deploymentId: 'ecs-svc/300',
      reason: rollingBack,
    });

    expect(found).toMatchObject({ deploymentId: 'ecs-svc/200', rollbackDeploymentId: 'ecs-svc/300' });
  });

  it('is found when the rollback carries the id of the completed deployment again', () => {
    const back = aDeployment('ecs-svc/100', 1, { status: 'PRIMARY', rolloutStateReason: rollingBack });

    const found = failedDeployment(aService(back, failed), {
      symptom: 'rolled_back',
      deploymentId: 'ecs-svc/100',
      reason: rollingBack,
    });

    expect(found).toMatchObject({ deploymentId: 'ecs-svc/200', rollbackDeploymentId: 'ecs-svc/100' });
  });

  it('is unknown when the service shows only the way back and what it goes back to', () => {
    const found = failedDeployment(aService(rollback, completed), {
      symptom: 'rolled_back',
      deploymentId: 'ecs-svc/300',
      reason: rollingBack,
    });

    expect(found).toEqual({ rollbackDeploymentId: 'ecs-svc/300' });
  });

  it('is the rollback itself when an event says that it failed', () => {
    const back = { ...rollback, rolloutState: 'FAILED' as const };

    const found = failedDeployment(aService(back, failed, completed), {
      symptom: 'deployment_failed',
      deploymentId: 'ecs-svc/300',
    });

    expect(found).toEqual({ deployment: back, deploymentId: 'ecs-svc/300' });
  });

  it('keeps the id of a deployment that the service does not show any more', () => {
    const found = failedDeployment(aService(completed), { symptom: 'deployment_failed', deploymentId: 'ecs-svc/99' });

    expect(found).toEqual({ deploymentId: 'ecs-svc/99' });
  });
});

describe('which deployment fails when the event names none', () => {
  it('is the one in progress, also over a failed one', () => {
    const fix = aDeployment('ecs-svc/400', 4, { status: 'PRIMARY' });

    const found = failedDeployment(aService(fix, failed), { symptom: 'task_start_impaired' });

    expect(found).toEqual({ deployment: fix, deploymentId: 'ecs-svc/400' });
  });

  it('is the failed one when what is known is that one failed', () => {
    const fix = aDeployment('ecs-svc/400', 4, { status: 'PRIMARY' });

    expect(failedDeployment(aService(fix, failed), { symptom: 'deployment_failed' }).deploymentId).toBe('ecs-svc/200');
  });

  it('is what the newest takes back, when that is a rollback', () => {
    const found = failedDeployment(aService(rollback, failed, completed), { symptom: 'task_start_impaired' });

    expect(found).toMatchObject({ deploymentId: 'ecs-svc/200', rollbackDeploymentId: 'ecs-svc/300' });
  });

  it('is the newest of several that failed', () => {
    const later = aDeployment('ecs-svc/250', 25, { rolloutState: 'FAILED' });
    const primary = aDeployment('ecs-svc/300', 30, { status: 'PRIMARY', rolloutState: 'COMPLETED' });

    expect(failedDeployment(aService(primary, failed, later), { symptom: 'stalled' }).deploymentId).toBe('ecs-svc/250');
  });

  it('is the newest where none failed, and none where there is none', () => {
    const primary = aDeployment('ecs-svc/300', 30, { status: 'PRIMARY', rolloutState: 'COMPLETED' });

    expect(failedDeployment(aService(primary), { symptom: 'task_start_impaired' }).deploymentId).toBe('ecs-svc/300');
    expect(failedDeployment(aService(), { symptom: 'task_start_impaired' })).toEqual({});
  });

  it('does not take a rollback for the answer to a deployment that came after it', () => {
    const old = { ...rollback, status: 'ACTIVE' as const };
    const fix = aDeployment('ecs-svc/400', 4, { status: 'PRIMARY' });

    expect(failedDeployment(aService(fix, old, failed), { symptom: 'stalled' })).toEqual({
      deployment: fix,
      deploymentId: 'ecs-svc/400',
    });
  });
});
