/** Tasks that run, by what they run. Same errors as `Ecs`. */
export interface RunningTasks {
  /** ARNs of all clusters of the account in the Region. */
  clusters(): Promise<string[]>;
  /** ARNs of the cluster's tasks of the task definition's family, whose desiredStatus is RUNNING. */
  ofFamily(clusterArn: string, family: string): Promise<string[]>;
}
