import type { PlantedBug } from '../planted-bug.ts';

/** Writes that say something else than what was decided. */
export const actingBugs: readonly PlantedBug[] = [
  {
    name: 'sized to the whole service',
    says: 'the bridge gets as many tasks as the service has, whatever is missing',
    deps: (deps) => ({
      ...deps,
      ecs: {
        ...deps.ecs,
        createService: (request) =>
          deps.ecs.createService(request.desiredCount === 0 ? request : { ...request, desiredCount: 20 }),
        setDesiredCount: (ref, count) => deps.ecs.setDesiredCount(ref, count === 0 ? 0 : 20),
      },
    }),
  },
  {
    name: 'overshoot',
    says: 'what is missing is added to what the bridge has already',
    deps(deps) {
      const written = new Map<string, number>();
      return {
        ...deps,
        ecs: {
          ...deps.ecs,
          setDesiredCount(ref, count) {
            const before = written.get(ref.service) ?? 0;
            written.set(ref.service, count);
            return deps.ecs.setDesiredCount(ref, count > before ? count + before : count);
          },
        },
      };
    },
  },
  {
    name: 'bridge without target group',
    says: 'the bridge is made without the load balancers of its service',
    deps: (deps) => ({
      ...deps,
      ecs: { ...deps.ecs, createService: (request) => deps.ecs.createService({ ...request, loadBalancers: [] }) },
    }),
  },
  {
    name: 'the service is scaled',
    says: 'what the bridge gets is taken from the service itself',
    deps: (deps) => ({
      ...deps,
      ecs: {
        ...deps.ecs,
        async createService(request) {
          const made = await deps.ecs.createService(request);
          if (request.desiredCount > 0) {
            const service = request.serviceName.replace(/^ballast-(.+)-g\d+$/, '$1');
            await deps.ecs.setDesiredCount({ clusterArn: request.clusterArn, service }, 20 - request.desiredCount);
          }
          return made;
        },
      },
    }),
  },
  {
    name: 'RunTask with a new token',
    says: 'a job is started again under another token each time, whether or not an answer got lost',
    deps(deps) {
      let count = 0;
      return {
        ...deps,
        ecs: {
          ...deps.ecs,
          runTask(request) {
            count += 1;
            return deps.ecs.runTask({ ...request, clientToken: `${deps.clock.nowMs()}-${count}` });
          },
        },
      };
    },
  },
  {
    name: 'orchestrators are not asked',
    says: 'jobs that Step Functions started are started again as well',
    deps: (deps) => ({ ...deps, stackPolicy: { ...deps.stackPolicy, orchestrators: [] } }),
  },
  {
    name: 'targets without cover',
    says: 'every target is taken for healthy twice over',
    deps: (deps) => ({
      ...deps,
      loadBalancers: {
        ...deps.loadBalancers,
        async targetHealth(targetGroupArn) {
          const all = await deps.loadBalancers.targetHealth(targetGroupArn);
          const others = Array.from({ length: 40 }, (_, nth) => ({ id: `192.0.2.${nth}`, port: 80, state: 'healthy' }));
          return [...all, ...others];
        },
      },
    }),
  },
  {
    name: 'the original is not put back',
    says: 'a constant is written instead of the strategy that the service had',
    deps: (deps) => ({
      ...deps,
      ecs: {
        ...deps.ecs,
        forceCapacityProviderStrategy: (ref, strategy) =>
          deps.ecs.forceCapacityProviderStrategy(
            ref,
            strategy.some(({ capacityProvider }) => capacityProvider === 'FARGATE_SPOT')
              ? [{ capacityProvider: 'FARGATE_SPOT', weight: 7 }]
              : strategy,
          ),
      },
    }),
  },
  {
    name: 'deleted bridges stay',
    says: 'DeleteService is taken for done without being sent',
    deps: (deps) => ({ ...deps, ecs: { ...deps.ecs, deleteService: async () => {} } }),
  },
  {
    name: 'bridges with a name of their own',
    says: 'every bridge is made under a new name, so that a lost answer makes two',
    deps(deps) {
      let count = 0;
      return {
        ...deps,
        ecs: {
          ...deps.ecs,
          createService(request) {
            count += 1;
            return deps.ecs.createService({
              ...request,
              serviceName: `${request.serviceName}${deps.clock.nowMs()}${count}`,
              clientToken: `${count}-${deps.clock.nowMs()}`,
            });
          },
        },
      };
    },
  },
];
