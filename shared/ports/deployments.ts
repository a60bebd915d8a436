import type {
  ContainerLog,
  DeploymentTask,
  HookFacts,
  ServiceDeploymentFacts,
  ServiceEvent,
} from '../decisions/diagnosis/deployment-facts.ts';
import type { Service, ServiceRef } from './ecs.ts';

/** A service as a diagnosis needs it. */
export interface DeployingService {
  readonly service: Service;
  /** The last hundred, oldest first. */
  readonly events: readonly ServiceEvent[];
  /** By circuit breaker or by deployment alarms, as it is configured now. */
  readonly ecsRollsBack: boolean;
}

/** A service deployment with the hooks that failed in it. */
export interface DescribedServiceDeployment extends ServiceDeploymentFacts {
  readonly createdAtMs?: number;
  readonly hooks: readonly HookFacts[];
}

export interface ListedServiceDeployment {
  readonly serviceDeploymentArn: string;
  readonly createdAtMs: number;
}

/** What Amazon ECS tells about deployments. Same errors as `Ecs`. */
export interface Deployments {
  /** `undefined` when ECS does not know the service. */
  describe(ref: ServiceRef): Promise<DeployingService | undefined>;
  /** `undefined` when ECS does not know it (any more). */
  serviceDeployment(arn: string): Promise<DescribedServiceDeployment | undefined>;
  /** The service deployments that were created since then, at most a hundred. */
  serviceDeploymentsSince(ref: ServiceRef, createdAfterMs: number): Promise<ListedServiceDeployment[]>;
  /**
   * Tasks of that deployment, running and stopped, oldest first; ECS shows stopped ones for an hour at least. Of very
   * large services only some of the stopped ones are looked at.
   */
  tasksOf(ref: ServiceRef, deploymentId: string): Promise<DeploymentTask[]>;
  /** What started the service's newest task (`startedBy`): of services whose deployments another controller makes. */
  newestStarter(ref: ServiceRef): Promise<string | undefined>;
  /** `undefined` when the task definition is gone. */
  logsOf(taskDefinition: string): Promise<ContainerLog[] | undefined>;
  /** StopServiceDeployment with stopType ROLLBACK. @returns `conflict` when it is not to be stopped (any more). */
  rollBack(serviceDeploymentArn: string): Promise<'asked' | 'conflict'>;
}
