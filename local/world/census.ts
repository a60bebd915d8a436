import { countsOf } from './describe.ts';
import type { Engine } from './engine.ts';

/** A service as it is, whoever may ask. */
export interface CountedService {
  readonly clusterName: string;
  readonly serviceName: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly deployments: number;
  /** ARN of the service that it stands in for. */
  readonly bridgeOf?: string;
  readonly serviceArn: string;
}

/** Every service that is not deleted. No API call: nobody's rate is used up. */
export function census(engine: Engine): CountedService[] {
  return [...engine.clusters.values()].flatMap(({ name: clusterName, services }) =>
    [...services.values()]
      .filter(({ status }) => status === 'ACTIVE')
      .map((service) => {
        const { runningCount, pendingCount } = countsOf(service.tasks, engine.switches);
        const bridgeOf = service.tags.get('ballast:bridge-of');
        return {
          clusterName,
          serviceName: service.name,
          serviceArn: service.arn,
          desired: service.desiredCount,
          running: runningCount,
          pending: pendingCount,
          deployments: service.deployments.length,
          ...(bridgeOf === undefined ? {} : { bridgeOf }),
        };
      }),
  );
}
