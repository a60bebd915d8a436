import {
  DeregisterInstanceCommand,
  ListInstancesCommand,
  type ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import type { ServiceRegistries } from '../ports/service-registries.ts';
import { orElse, translated } from './aws-errors.ts';

/** AWS Cloud Map behind the port. */
export function createServiceRegistries(client: Pick<ServiceDiscoveryClient, 'send'>): ServiceRegistries {
  return {
    async instanceIds(registryArn) {
      const ids: string[] = [];
      let token: string | undefined;
      do {
        const page = await translated('ListInstances', () =>
          client.send(
            new ListInstancesCommand({
              ServiceId: serviceIdOf(registryArn),
              ...(token === undefined ? {} : { NextToken: token }),
            }),
          ),
        );
        ids.push(...(page.Instances ?? []).flatMap(({ Id }) => Id ?? []));
        token = page.NextToken;
      } while (token !== undefined);
      return ids;
    },

    // Cloud Map does it in the background; its operation is not followed, a later look at the registry tells.
    async deregisterInstance(registryArn, instanceId) {
      await orElse(undefined, ['InstanceNotFound'], () =>
        translated('DeregisterInstance', () =>
          client.send(new DeregisterInstanceCommand({ ServiceId: serviceIdOf(registryArn), InstanceId: instanceId })),
        ),
      );
    },
  };
}

/** `arn:aws:servicediscovery:REGION:ACCOUNT:service/srv-…` → `srv-…`. */
function serviceIdOf(registryArn: string): string {
  return registryArn.slice(registryArn.lastIndexOf('/') + 1);
}
