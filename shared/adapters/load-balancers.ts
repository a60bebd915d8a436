import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LoadBalancers } from '../ports/load-balancers.ts';
import { translated } from './aws-errors.ts';
import { inChunks } from './in-chunks.ts';
import { present } from './present.ts';

/** A limit of our own: whether AWS has one per request is unverified. */
const targetsPerCallMax = 100;

/** Elastic Load Balancing v2 behind the port. */
export function createLoadBalancers(client: Pick<ElasticLoadBalancingV2Client, 'send'>): LoadBalancers {
  return {
    // The API has no pages.
    async targetHealth(targetGroupArn) {
      const answer = await translated('DescribeTargetHealth', () =>
        client.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn })),
      );
      return (answer.TargetHealthDescriptions ?? []).flatMap(({ Target: target, TargetHealth: health }) =>
        target?.Id === undefined
          ? []
          : [
              {
                id: target.Id,
                ...(target.Port === undefined ? {} : { port: target.Port }),
                state: health?.State ?? '',
                ...present({ reason: health?.Reason, description: health?.Description }),
              },
            ],
      );
    },

    async deregisterTargets(targetGroupArn, targets) {
      const calls = inChunks(targets, targetsPerCallMax).map((some) =>
        translated('DeregisterTargets', () =>
          client.send(
            new DeregisterTargetsCommand({
              TargetGroupArn: targetGroupArn,
              Targets: some.map(({ id, port }) => ({ Id: id, ...(port === undefined ? {} : { Port: port }) })),
            }),
          ),
        ),
      );
      await Promise.all(calls);
    },
  };
}
