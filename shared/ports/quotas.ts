/** Service Quotas. Same errors as `Ecs`. */
export interface Quotas {
  /** Fargate On-Demand vCPU of the account and Region; `undefined` when Service Quotas does not tell. */
  onDemandVcpu(): Promise<number | undefined>;
}
