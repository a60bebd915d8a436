import { describe, expect, it } from 'vitest';
import { PoisonError } from '../../../shared/errors.ts';
import { deploymentSignal } from '../../../shared/events/deployment-signal.ts';

const serviceArn = 'arn:aws:ecs:us-east-1:111122223333:service/shop/web';
const serviceDeploymentArn = 'arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/d1';

function aHookStateChange(detail: Readonly<Record<string, unknown>> = {}) {
  return {
    version: '0',
    id: '7b1c9c2e-0000-4000-8000-000000000001',
    'detail-type': 'ECS Hook State Change',
    source: 'aws.ecs',
    time: '2026-03-01T12:00:00Z',
    resources: [serviceDeploymentArn],
    detail: {
      eventType: 'ERROR',
      eventName: 'HOOK_FAILED',
      hookId: 'smoke-test',
      hookType: 'PAUSE',
      lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT',
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      serviceArn,
      serviceDeploymentArn,
      updatedAt: '2026-03-01T11:59:59.123456789Z',
      ...detail,
    },
  };
}

describe('an event of a lifecycle hook', () => {
  it.each(['HOOK_FAILED', 'HOOK_TIMED_OUT'])('%s says that the deployment of its service fails', (eventName) => {
    expect(deploymentSignal(aHookStateChange({ eventName }), 0)).toEqual({
      eventId: '7b1c9c2e-0000-4000-8000-000000000001',
      atMs: Date.UTC(2026, 2, 1, 12),
      serviceArn,
      serviceName: 'web',
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      kind: 'hook_failed',
      eventName,
      capacityProviders: [],
      hook: { serviceDeploymentArn, hookId: 'smoke-test', lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT' },
    });
  });

  it.each(['HOOK_IN_PROGRESS', 'HOOK_AWAITING_ACTION', 'HOOK_SUCCEEDED', 'HOOK_SOMETHING_NEW'])(
    '%s is nothing to us',
    (eventName) => {
      expect(deploymentSignal(aHookStateChange({ eventName }), 0)).toBeUndefined();
    },
  );

  it('does without what is optional, and takes the cluster from the service', () => {
    const event = aHookStateChange({ hookId: undefined, lifecycleStage: null, clusterArn: undefined });
    expect(deploymentSignal(event, 0)).toMatchObject({
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      hook: { serviceDeploymentArn },
    });
  });

  it.each([
    { wrong: { serviceArn: 'web' }, names: 'detail.serviceArn: not the ARN of an ECS service' },
    { wrong: { serviceDeploymentArn: undefined }, names: 'detail.serviceDeploymentArn' },
    { wrong: { eventName: 7 }, names: 'detail.eventName' },
  ])('is poison when $names is wrong', ({ wrong, names }) => {
    expect(() => deploymentSignal(aHookStateChange(wrong), 0)).toThrow(PoisonError);
    expect(() => deploymentSignal(aHookStateChange(wrong), 0)).toThrow(names);
  });
});
