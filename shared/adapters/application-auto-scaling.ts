import {
  type ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import type { Scaling } from '../ports/scaling.ts';
import { translated } from './aws-errors.ts';

/** Application Auto Scaling behind the port. */
export function createScaling(client: Pick<ApplicationAutoScalingClient, 'send'>): Scaling {
  return {
    async scaledServices() {
      const ids: string[] = [];
      let token: string | undefined;
      do {
        const page = await translated('DescribeScalableTargets', () =>
          client.send(
            new DescribeScalableTargetsCommand({
              ServiceNamespace: 'ecs',
              ScalableDimension: 'ecs:service:DesiredCount',
              ...(token === undefined ? {} : { NextToken: token }),
            }),
          ),
        );
        ids.push(...(page.ScalableTargets ?? []).flatMap(({ ResourceId }) => ResourceId ?? []));
        token = page.NextToken;
      } while (token !== undefined);
      return ids;
    },
  };
}
