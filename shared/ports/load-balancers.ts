/** A target as Elastic Load Balancing names it: an IP address or an EC2 instance id, and the port it listens on. */
export interface Target {
  readonly id: string;
  readonly port?: number;
}

export interface TargetHealth extends Target {
  /** `healthy`, `initial`, `unhealthy`, `draining`, `unused`, `unavailable` …, as AWS writes it. */
  readonly state: string;
  /** Why it is not healthy: `Target.FailedHealthChecks` … */
  readonly reason?: string;
  readonly description?: string;
}

/** Elastic Load Balancing v2. Same errors as `Ecs`. */
export interface LoadBalancers {
  /** DescribeTargetHealth: every target of the group. */
  targetHealth(targetGroupArn: string): Promise<TargetHealth[]>;
  /** DeregisterTargets; a target that is not registered is no error. */
  deregisterTargets(targetGroupArn: string, targets: readonly Target[]): Promise<void>;
}
