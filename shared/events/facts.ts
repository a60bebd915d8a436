/** What the sensors take from events: the part of each that a decision can use. */

/**
 * How a task was told to stop, as far as its event says.
 * `spot`: a Spot reclaim, certain. `unclear`: a FARGATE_SPOT task stops and neither stopCode nor reason says why;
 * DescribeTasks has to confirm. `other`: any other reason, or not told to stop.
 */
export type SpotStop = 'spot' | 'unclear' | 'other';

export interface ContainerFacts {
  readonly name: string;
  readonly lastStatus: string;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly privateIpv4Addresses: readonly string[];
  readonly hostPorts: readonly { readonly containerPort: number; readonly hostPort: number }[];
}

export interface TaskFacts {
  readonly eventId: string;
  /** Envelope `time`, or the time of receipt where the envelope has none. */
  readonly eventTimeMs: number;
  readonly taskArn: string;
  readonly clusterArn: string;
  /** From `group` `service:NAME`; absent for standalone tasks and where the event has no group. */
  readonly serviceName?: string;
  /** The ARN that `group` implies (`arn:…:service/CLUSTER/NAME`). */
  readonly serviceArn?: string;
  readonly group?: string;
  readonly startedBy?: string;
  readonly taskDefinitionArn?: string;
  readonly desiredStatus: string;
  readonly lastStatus: string;
  /** `detail.version`; 0 where the event has none (AWS's own documented notice has none). */
  readonly version: number;
  readonly capacityProviderName?: string;
  readonly launchType?: string;
  readonly availabilityZone?: string;
  /** CPU of the task in units of 1024 per vCPU. */
  readonly cpu?: number;
  /** Memory of the task in MiB. */
  readonly memory?: number;
  /** `x86_64` or `arm64`, as the attribute `ecs.cpu-architecture` says. */
  readonly cpuArchitecture?: string;
  /** The 20 GiB that are included among them. */
  readonly ephemeralStorageGiB?: number;
  /** Tasks on EC2 only. */
  readonly containerInstanceArn?: string;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly spotStop: SpotStop;
  /** desiredStatus STOPPED and lastStatus not yet STOPPED, and `spotStop` is not `other`. */
  readonly isNotice: boolean;
  readonly createdAtMs?: number;
  /** Fargate bills from here. */
  readonly pullStartedAtMs?: number;
  readonly startedAtMs?: number;
  readonly stoppingAtMs?: number;
  readonly stoppedAtMs?: number;
  readonly containers: readonly ContainerFacts[];
  /** `BALLAST_RESUME_ATTEMPT` among its overrides, 0 where that is not there; absent where the event has none. */
  readonly resumeAttempt?: number;
}

/** What a service action or deployment event means for capacity. */
export type SignalKind =
  | 'spot_placement_failure'
  | 'on_demand_placement_failure'
  | 'other_placement_failure'
  | 'steady_state'
  | 'task_start_impaired'
  | 'task_configuration_failure'
  | 'deployment_in_progress'
  | 'deployment_completed'
  | 'deployment_failed'
  | 'hook_failed';

export interface ServiceSignal {
  readonly eventId: string;
  /** The envelope's time: `createdAt` precedes it by days in AWS's own samples of placement failures. */
  readonly atMs: number;
  readonly serviceArn: string;
  readonly serviceName: string;
  readonly clusterArn: string;
  readonly kind: SignalKind;
  readonly eventName: string;
  readonly reason?: string;
  /** Names (the last segment) of `capacityProviderArns`. */
  readonly capacityProviders: readonly string[];
  readonly deploymentId?: string;
  /** `ECS Hook State Change` only. */
  readonly hook?: HookSignal;
}

/** A lifecycle hook of a deployment that failed or was not answered in time. */
export interface HookSignal {
  readonly serviceDeploymentArn: string;
  readonly hookId?: string;
  readonly lifecycleStage?: string;
}

/** `Checkpoint Completed` or `Checkpoint Failed`, sent by a task or its hook to the bus `ballast`. */
export interface CheckpointReport {
  readonly eventId: string;
  readonly reportedAtMs: number;
  readonly checkpointId: string;
  readonly taskArn: string;
  readonly outcome: 'completed' | 'failed';
  readonly uri?: string;
  readonly reason?: string;
  /** `BALLAST_RESUME_ATTEMPT` of the task that reports. */
  readonly attempt?: number;
  /** There is nothing left to do: the job must not be started again. */
  readonly finished?: boolean;
}
