/** Application Auto Scaling. Same errors as `Ecs`. */
export interface Scaling {
  /** DescribeScalableTargets, all pages: resource ids `service/CLUSTER/NAME` whose desiredCount is scaled. */
  scaledServices(): Promise<string[]>;
}
