/** `[min, max]`, drawn evenly. */
export type Range = readonly [number, number];

/**
 * What AWS does not promise, or what nobody has verified, is a switch of the world: Ballast has to work whichever way
 * it is set. Times in milliseconds.
 */
export interface Switches {
  /** From a change to its event on the bus. */
  readonly eventLagMs: Range;
  /** SIGTERM precedes the notice by so much. */
  readonly sigtermBeforeNoticeMs: number;
  /** From SIGTERM to the end of a container that handles it; never later than stopTimeout. */
  readonly exitAfterSigtermMs: Range;
  /** Where the task definition does not say: Fargate's default is 30 s, its maximum 120 s. */
  readonly stopTimeoutMs: number;
  /** From launch to healthy; RUNNING comes after three quarters of it. */
  readonly launchToHealthyMs: Range;
  /** The scheduler's waits between failing placements double from the first to the second. */
  readonly placementBackoffMs: Range;
  /** Its waits between tasks that do not reach RUNNING, likewise; a new task definition ends them. */
  readonly startBackoffMs: Range;
  /** So many of them in a row are told as `SERVICE_TASK_START_IMPAIRED`. */
  readonly startImpairedAfter: number;
  /** How old the state is that DescribeServices answers with. */
  readonly describeLagMs: number;
  /** Whether runningCount still counts tasks under notice. */
  readonly runningCountIncludesNoticed: boolean;
  /** Whether pendingCount counts tasks still PROVISIONING. */
  readonly pendingCountIncludesProvisioning: boolean;
  readonly omitStopCode: boolean;
  readonly omitStoppedReason: boolean;
  readonly omitGroup: boolean;
  readonly omitCapacityProviderName: boolean;
  /** Whether ECS itself deregisters targets of a task under a Spot notice. */
  readonly ecsDeregistersOnSpot: boolean;
  /** Whether Spot interruptions of its tasks count as failures of a deployment. */
  readonly breakerCountsSpot: boolean;
  /** Whether containers that exit after RUNNING do: AWS documents that only tasks before it and health checks count. */
  readonly breakerCountsExits: boolean;
  /** Whether `SERVICE_DEPLOYMENT_FAILED` comes as an `ECS Service Action` besides. */
  readonly deploymentFailedAsServiceAction: boolean;
  /** The published token buckets; off where only the logic is looked at. */
  readonly throttling: boolean;
}

export const defaultSwitches: Switches = {
  eventLagMs: [500, 2_000],
  sigtermBeforeNoticeMs: 0,
  exitAfterSigtermMs: [2_000, 10_000],
  stopTimeoutMs: 30_000,
  launchToHealthyMs: [40_000, 90_000],
  placementBackoffMs: [10_000, 60_000],
  startBackoffMs: [10_000, 27 * 60_000],
  startImpairedAfter: 3,
  describeLagMs: 0,
  runningCountIncludesNoticed: false,
  pendingCountIncludesProvisioning: true,
  omitStopCode: false,
  omitStoppedReason: false,
  omitGroup: false,
  omitCapacityProviderName: false,
  ecsDeregistersOnSpot: false,
  breakerCountsSpot: false,
  breakerCountsExits: false,
  deploymentFailedAsServiceAction: false,
  throttling: true,
};
