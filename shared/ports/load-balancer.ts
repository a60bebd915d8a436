export interface Target {
  /** IP address or instance id. */
  readonly id: string;
  readonly port?: number;
}

export interface TargetHealth extends Target {
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'unhealthy.draining' | 'unused' | 'draining' | 'unavailable';
}

/** Elastic Load Balancing v2. Same errors as `Ecs`. */
export interface LoadBalancers {
  targetHealth(targetGroupArn: string): Promise<TargetHealth[]>;
  /** A target that is not registered is no error. */
  deregister(targetGroupArn: string, targets: readonly Target[]): Promise<void>;
}
