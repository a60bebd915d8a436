import type { World } from '../world/world.ts';
import type { MetricPoint } from './metrics.ts';

/**
 * What AWS's own services publish of services and tasks, once a minute. Container Insights counts what there is; what
 * tasks do with their CPU and memory is made up here: the load stays, so fewer tasks have more of it each.
 */

/** Percent of a task's CPU where all that are wanted run, with or without a bridge. */
const cpuAtRest = 42;
/** Memory does not follow the load. */
const memoryAtRest = 57;

export function serviceMetrics(world: World, atMs: number): MetricPoint[] {
  const services = world.census();
  return services.flatMap(
    ({ clusterName, serviceName, serviceArn, desired, running, pending, deployments, bridgeOf }) => {
      const dimensions = { ClusterName: clusterName, ServiceName: serviceName };
      const point = (namespace: string, name: string, unit: string, value: number): MetricPoint => ({
        namespace,
        name,
        dimensions,
        unit,
        value,
        atMs,
      });
      const bridged = services.find((one) => one.bridgeOf === serviceArn)?.running ?? 0;
      const served = services.find((one) => one.serviceArn === bridgeOf);
      const wanted = served?.desired ?? desired;
      const serving = served === undefined ? running + bridged : served.running + running;
      const cpu = Math.min(100, (cpuAtRest * wanted) / Math.max(1, serving));
      return [
        point('ECS/ContainerInsights', 'DesiredTaskCount', 'Count', desired),
        point('ECS/ContainerInsights', 'RunningTaskCount', 'Count', running),
        point('ECS/ContainerInsights', 'PendingTaskCount', 'Count', pending),
        point('ECS/ContainerInsights', 'DeploymentCount', 'Count', deployments),
        // Amazon ECS has nothing to tell of a service without tasks.
        ...(running === 0
          ? []
          : [
              point('AWS/ECS', 'CPUUtilization', 'Percent', cpu),
              point('AWS/ECS', 'MemoryUtilization', 'Percent', memoryAtRest),
            ]),
      ];
    },
  );
}

/** Of one invocation: Lambda publishes a 0 where it went well. */
export function invocationMetric(functionName: string, failed: boolean, atMs: number): MetricPoint {
  return {
    namespace: 'AWS/Lambda',
    name: 'Errors',
    dimensions: { FunctionName: functionName },
    unit: 'Count',
    value: failed ? 1 : 0,
    atMs,
  };
}

export function queueMetric(queueName: string, visible: number, atMs: number): MetricPoint {
  return {
    namespace: 'AWS/SQS',
    name: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: queueName },
    unit: 'Count',
    value: visible,
    atMs,
  };
}
