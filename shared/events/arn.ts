import { PoisonError } from '../errors.ts';

/** The parts of ECS ARNs, in every partition (`aws`, `aws-cn`, `aws-us-gov`). */

/** The last segment: a cluster's, service's, task's or capacity provider's name. */
export function nameOfArn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** `arn:PARTITION:ecs:REGION:ACCOUNT`, of any ECS ARN. */
function scopeOf(arn: string): string {
  return arn.split(':').slice(0, 5).join(':');
}

/** The long service ARN of a name in a cluster. */
export function serviceArnOf(clusterArn: string, serviceName: string): string {
  return `${scopeOf(clusterArn)}:service/${nameOfArn(clusterArn)}/${serviceName}`;
}

/**
 * The cluster of a service with a long ARN.
 * @throws PoisonError for the old short form `service/NAME`, which does not say the cluster.
 */
export function clusterArnOfService(serviceArn: string): string {
  const segments = serviceArn.split('/');
  const cluster = segments.length === 3 ? segments[1] : undefined;
  if (cluster === undefined || !serviceArn.includes(':service/')) {
    throw new PoisonError(`${serviceArn}: not a long service ARN (…:service/CLUSTER/NAME), so its cluster is unknown`);
  }
  return `${scopeOf(serviceArn)}:cluster/${cluster}`;
}

/**
 * The cluster of a task with a long ARN.
 * @throws PoisonError for the old short form `task/ID`, which does not say the cluster.
 */
export function clusterArnOfTask(taskArn: string): string {
  const [, cluster, id] = taskArn.split('/');
  if (cluster === undefined || id === undefined || !taskArn.includes(':task/')) {
    throw new PoisonError(`${taskArn}: not a long task ARN (…:task/CLUSTER/ID), so its cluster is unknown`);
  }
  return `${scopeOf(taskArn)}:cluster/${cluster}`;
}
