import { describe, expect, it } from 'vitest';
import { PoisonError } from '../../../shared/errors.ts';
import { serviceSignal } from '../../../shared/events/service-action.ts';
import { aDeploymentStateChange, aServiceAction, aSpotPlacementFailure } from '../../builders/events.ts';

const receivedAtMs = 1_772_366_500_000;
const providerArn = (name: string) => `arn:aws:ecs:us-east-1:111122223333:capacity-provider/${name}`;

describe('the signal of a service action', () => {
  it('holds the service, the kind and the providers', () => {
    expect(serviceSignal(aSpotPlacementFailure(), receivedAtMs)).toEqual({
      eventId: 'af3c496d-f4a8-65d1-70f4-a69d52e9b584',
      atMs: 1_772_366_400_000,
      serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
      serviceName: 'web',
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      kind: 'spot_placement_failure',
      eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
      reason: 'RESOURCE:FARGATE',
      capacityProviders: ['FARGATE_SPOT'],
    });
  });

  it.each([
    ['SERVICE_STEADY_STATE', 'steady_state'],
    ['SERVICE_TASK_START_IMPAIRED', 'task_start_impaired'],
    ['SERVICE_TASK_CONFIGURATION_FAILURE', 'task_configuration_failure'],
    ['SERVICE_DEPLOYMENT_FAILED', 'deployment_failed'],
  ])('%s is %s', (eventName, kind) => {
    expect(serviceSignal(aServiceAction({ eventName }), receivedAtMs)).toMatchObject({ kind, capacityProviders: [] });
  });

  it.each([
    'CAPACITY_PROVIDER_STEADY_STATE',
    'SERVICE_DESIRED_COUNT_UPDATED',
    'TASKS_STOPPED',
    'SERVICE_DEPLOYMENT_IN_PROGRESS',
    'SERVICE_DEPLOYMENT_COMPLETED',
    'SERVICE_REBALANCING_STARTED',
    'ECS_OPERATION_THROTTLED',
    'A_NAME_OF_TOMORROW',
    'constructor',
  ])('%s means nothing here', (eventName) => {
    expect(serviceSignal(aServiceAction({ eventName }), receivedAtMs)).toBeUndefined();
  });
});

describe('whose capacity is short', () => {
  it.each([
    ['FARGATE_SPOT', [providerArn('FARGATE_SPOT')], 'RESOURCE:FARGATE', 'spot_placement_failure'],
    ['FARGATE', [providerArn('FARGATE')], 'RESOURCE:FARGATE', 'on_demand_placement_failure'],
    ['both', [providerArn('FARGATE'), providerArn('FARGATE_SPOT')], 'RESOURCE:FARGATE', 'spot_placement_failure'],
    ['Fargate without a provider', undefined, 'RESOURCE:FARGATE', 'on_demand_placement_failure'],
    ['Fargate with no provider in the list', [], 'RESOURCE:FARGATE', 'on_demand_placement_failure'],
    ['instances', undefined, 'RESOURCE:CPU', 'other_placement_failure'],
    ['a provider of the account', [providerArn('my-asg')], 'RESOURCE:FARGATE', 'other_placement_failure'],
    ['no reason and no provider', undefined, undefined, 'other_placement_failure'],
  ])('%s', (_what, capacityProviderArns, reason, kind) => {
    const event = aSpotPlacementFailure({ capacityProviderArns, reason });
    expect(serviceSignal(event, receivedAtMs)?.kind).toBe(kind);
  });

  it('keeps the names of all providers, for services that have named their own', () => {
    const event = aSpotPlacementFailure({ capacityProviderArns: [providerArn('my-asg'), providerArn('FARGATE')] });
    expect(serviceSignal(event, receivedAtMs)?.capacityProviders).toEqual(['my-asg', 'FARGATE']);
  });
});

describe('which service', () => {
  it('takes the cluster of an old short ARN from the detail', () => {
    const event = aServiceAction({}, { resources: ['arn:aws:ecs:us-east-1:111122223333:service/web'] });
    expect(serviceSignal(event, receivedAtMs)).toMatchObject({
      serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
      serviceName: 'web',
    });
  });

  it('stays in its partition', () => {
    const event = aServiceAction(
      { clusterArn: 'arn:aws-cn:ecs:cn-north-1:111122223333:cluster/shop' },
      { resources: ['arn:aws-cn:ecs:cn-north-1:111122223333:service/shop/web'] },
    );
    expect(serviceSignal(event, receivedAtMs)?.serviceArn).toBe(
      'arn:aws-cn:ecs:cn-north-1:111122223333:service/shop/web',
    );
  });
});

describe('when', () => {
  const createdAt = '2026-02-16T09:00:00.087Z';

  it('is when EventBridge was told, since createdAt may be days older', () => {
    expect(serviceSignal(aSpotPlacementFailure({ createdAt }), receivedAtMs)?.atMs).toBe(1_772_366_400_000);
  });

  it('is createdAt in an envelope without time', () => {
    const event = aSpotPlacementFailure({ createdAt }, { time: undefined });
    expect(serviceSignal(event, receivedAtMs)?.atMs).toBe(1_771_232_400_087);
  });

  it('is the receipt where neither says', () => {
    const event = aSpotPlacementFailure({ createdAt: undefined }, { time: undefined });
    expect(serviceSignal(event, receivedAtMs)?.atMs).toBe(1_772_366_500_000);
  });
});

describe('a service action that cannot be handled', () => {
  it.each([
    ['no service', aServiceAction({}, { resources: [] }), 'ECS Service Action: resources: no service ARN'],
    ['no resources', aServiceAction({}, { resources: null }), 'ECS Service Action: resources: no service ARN'],
    [
      'no eventName',
      aServiceAction({ eventName: undefined }),
      'ECS Service Action: detail.eventName: must be of type string',
    ],
    [
      'no cluster',
      aServiceAction({ clusterArn: undefined }),
      'ECS Service Action: detail.clusterArn: must be of type string',
    ],
    [
      'providers that are none',
      aServiceAction({ capacityProviderArns: 'FARGATE_SPOT' }),
      'ECS Service Action: detail.capacityProviderArns: must be of type array',
    ],
    [
      'a deployment event, which has the same names',
      aDeploymentStateChange(),
      'event: detail-type: "ECS Deployment State Change" is not ECS Service Action',
    ],
  ])('with %s is poison', (_what, event, message) => {
    expect(() => serviceSignal(event, receivedAtMs)).toThrow(new PoisonError(message));
  });
});
