/** Why a deployment fails. Bounded: a metric dimension. */
export const deploymentFailureClasses = [
  'capacity',
  'image',
  'configuration',
  'application',
  'health-check',
  'hook',
  'alarm',
  'unknown',
] as const;

export type DeploymentFailureClass = (typeof deploymentFailureClasses)[number];

/** What a class can be in particular. */
export const causeClasses = {
  spot_short: 'capacity',
  on_demand_short: 'capacity',
  spot_and_on_demand_short: 'capacity',
  /** Fargate has no room and nothing tells on which provider. */
  fargate_short: 'capacity',
  vcpu_quota: 'capacity',
  /** Container instances: CPU, memory, ports, network interfaces, or none there at all. */
  instances_short: 'capacity',
  /** 500 tasks of the cluster are PROVISIONING. */
  provisioning_limit: 'capacity',
  pull_not_found: 'image',
  pull_denied: 'image',
  pull_rate: 'image',
  platform: 'image',
  image_too_large: 'image',
  pull: 'image',
  network: 'configuration',
  role: 'configuration',
  secrets: 'configuration',
  env_file: 'configuration',
  logs: 'configuration',
  volume: 'configuration',
  command: 'configuration',
  container_start: 'configuration',
  task_definition: 'configuration',
  target_group: 'configuration',
  placement_constraint: 'configuration',
  deployment_settings: 'configuration',
  initialization: 'configuration',
  task_configuration: 'configuration',
  out_of_memory: 'application',
  crash_loop: 'application',
  exit_code: 'application',
  command_not_found: 'application',
  segmentation_fault: 'application',
  exited_zero: 'application',
  killed: 'application',
  terminated: 'application',
  elb: 'health-check',
  container: 'health-check',
  hook_failed: 'hook',
  hook_timed_out: 'hook',
  alarm: 'alarm',
  aws_internal: 'unknown',
  stopped_on_request: 'unknown',
  nothing_failed: 'unknown',
  tasks_gone: 'unknown',
  unknown: 'unknown',
} as const satisfies Record<string, DeploymentFailureClass>;

export type Cause = keyof typeof causeClasses;

export interface Diagnosis {
  readonly class: DeploymentFailureClass;
  /** Finer than the class, bounded as well. */
  readonly cause: Cause;
  readonly confidence: 'high' | 'medium' | 'low';
  /** One sentence: what does not work and why. */
  readonly summary: string;
  /** What speaks for it, the decisive one first, in AWS's wording; at most five. */
  readonly evidence: readonly string[];
  /** Tasks of the deployment that failed in this way, of all that it has launched and that ended or run. */
  readonly failing: { readonly count: number; readonly of: number };
  readonly firstFailingTask?: {
    readonly taskArn: string;
    readonly stoppedAtMs?: number;
    readonly container?: string;
    readonly exitCode?: number;
    readonly reason?: string;
  };
  readonly logs?: LogPlace;
}

/** Where the first failing container's logs are. */
export type LogPlace =
  | {
      readonly logDriver: 'awslogs';
      readonly container: string;
      readonly group: string;
      /** Absent without a stream prefix: then ECS names the stream by itself. */
      readonly stream?: string;
      readonly region: string;
      /** Into the CloudWatch console. */
      readonly url: string;
    }
  | { readonly logDriver: string; readonly container: string; readonly destination: string };
