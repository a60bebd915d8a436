import { describe, expect, it } from 'vitest';
import { PoisonError } from '../../../shared/errors.ts';
import { serviceSignal } from '../../../shared/events/deployment-state-change.ts';
import { aDeploymentStateChange, aServiceAction } from '../../builders/events.ts';

const receivedAtMs = 1_772_366_500_000;
const shortArn = 'arn:aws:ecs:us-east-1:111122223333:service/web';

describe('the signal of a deployment', () => {
  it('takes service and cluster from the ARN, since the detail names neither', () => {
    expect(serviceSignal(aDeploymentStateChange(), receivedAtMs)).toEqual({
      eventId: 'af3c496d-f4a8-65d1-70f4-a69d52e9b584',
      atMs: 1_772_366_400_000,
      serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
      serviceName: 'web',
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      kind: 'deployment_in_progress',
      eventName: 'SERVICE_DEPLOYMENT_IN_PROGRESS',
      reason: 'ECS deployment ecs-svc/123 in progress.',
      capacityProviders: [],
      deploymentId: 'ecs-svc/123',
    });
  });

  it.each([
    ['SERVICE_DEPLOYMENT_IN_PROGRESS', 'deployment_in_progress'],
    ['SERVICE_DEPLOYMENT_COMPLETED', 'deployment_completed'],
    ['SERVICE_DEPLOYMENT_FAILED', 'deployment_failed'],
  ])('%s is %s', (eventName, kind) => {
    expect(serviceSignal(aDeploymentStateChange({ eventName }), receivedAtMs)?.kind).toBe(kind);
  });

  it('is in progress while it rolls back, with the reason that says so', () => {
    const reason = 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/122.';
    expect(serviceSignal(aDeploymentStateChange({ reason }), receivedAtMs)).toMatchObject({
      kind: 'deployment_in_progress',
      reason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/122.',
    });
  });

  it.each(['SERVICE_DEPLOYMENT_PAUSED', 'toString'])('%s means nothing here', (eventName) => {
    expect(serviceSignal(aDeploymentStateChange({ eventName }), receivedAtMs)).toBeUndefined();
  });

  it('may lack what only people read', () => {
    const event = aDeploymentStateChange({ deploymentId: undefined, reason: null, updatedAt: undefined });
    const signal = serviceSignal(event, receivedAtMs);
    expect(signal?.kind).toBe('deployment_in_progress');
    expect(signal).not.toHaveProperty('deploymentId');
    expect(signal).not.toHaveProperty('reason');
  });

  it('is dated by updatedAt where the envelope has no time', () => {
    expect(serviceSignal(aDeploymentStateChange({}, { time: undefined }), receivedAtMs)?.atMs).toBe(1_772_366_399_000);
  });
});

describe('a deployment event that cannot be handled', () => {
  it.each([
    [
      'a short ARN, whose cluster nothing tells',
      aDeploymentStateChange({}, { resources: [shortArn] }),
      `${shortArn}: not a long service ARN (…:service/CLUSTER/NAME), so its cluster is unknown`,
    ],
    [
      'no service',
      aDeploymentStateChange({}, { resources: [] }),
      'ECS Deployment State Change: resources: no service ARN',
    ],
    [
      'no eventName',
      aDeploymentStateChange({ eventName: undefined }),
      'ECS Deployment State Change: detail.eventName: must be of type string',
    ],
    [
      'the same name as a service action',
      aServiceAction({ eventName: 'SERVICE_DEPLOYMENT_COMPLETED' }),
      'event: detail-type: "ECS Service Action" is not ECS Deployment State Change',
    ],
  ])('with %s is poison', (_what, event, message) => {
    expect(() => serviceSignal(event, receivedAtMs)).toThrow(new PoisonError(message));
  });
});
