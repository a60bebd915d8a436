import {
  type BridgeIneligible,
  bridgeIneligibilities,
  type StrategyIneligible,
  strategyIneligibilities,
} from '../../shared/decisions/plan.ts';
import type { ServiceSetup } from '../scenarios/stage.ts';
import { drawOf } from './draw.ts';

type Why = BridgeIneligible | StrategyIneligible;

/** What makes a service one that the instrument cannot be used for; everything else of it would do. */
const settings: Readonly<Record<Why, Partial<ServiceSetup>>> = {
  deployment_controller: { members: { deploymentController: { type: 'EXTERNAL' } } },
  deployment_strategy: { deploymentConfiguration: { strategy: 'BLUE_GREEN' } },
  scheduling_strategy: { members: { schedulingStrategy: 'DAEMON' } },
  no_overlap: { minimumHealthyPercent: 100, maximumPercent: 100 },
  minimum_healthy_percent: { minimumHealthyPercent: 50 },
  classic_load_balancer: {
    members: { loadBalancers: [{ loadBalancerName: 'classic', containerName: 'odd', containerPort: 80 }] },
  },
  service_connect_server: {
    serviceConnectConfiguration: {
      enabled: true,
      services: [{ portName: 'http', clientAliases: [{ port: 80 }] }],
    },
  },
  no_capacity_provider_strategy: { members: { capacityProviderStrategy: undefined, launchType: 'FARGATE' } },
  spot_provider_not_in_strategy: { strategy: [{ capacityProvider: 'FARGATE', weight: 1 }] },
};

interface IneligibleRole {
  readonly setup: ServiceSetup;
  readonly hasTargetGroup: false;
  readonly cannotBeHelped: true;
}

/** In half of the storms: a service that has opted in and that Ballast can do nothing for but say why. */
export function ineligibleRole(seed: number): IneligibleRole[] {
  const draw = drawOf(seed, 'ineligible');
  if (draw.chance(0.5)) return [];
  const fallback = draw.pick(['bridge', 'strategy']);
  const [first, ...more]: readonly Why[] = fallback === 'bridge' ? bridgeIneligibilities : strategyIneligibilities;
  const why = draw.pick([first as Why, ...more]);
  return [
    {
      hasTargetGroup: false,
      cannotBeHelped: true,
      setup: {
        name: 'odd',
        desiredCount: 4,
        tags: { 'ballast:managed': 'true', 'ballast:mode': 'act', 'ballast:fallback': fallback },
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        ...settings[why],
      },
    },
  ];
}
