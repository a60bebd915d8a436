/** What a replay assumes of AWS. Durations in milliseconds. */
export interface ReplaySettings {
  /** Tasks that the service wants, from the first moment to the last. */
  readonly tasks: number;
  readonly seed: number;
  readonly launch: LaunchTimes;
  /** From the notice to the end of a task that uses all of its time. */
  readonly stopTimeoutMs: number;
  /** From an event of ECS until whoever listens knows it, EventBridge, queue and function together: drawn evenly. */
  readonly eventLagMs: readonly [number, number];
  /** Of the notices that are sent, so many never arrive: 0 to 1. ECS acts on them all the same. */
  readonly lostNoticeShare: number;
  /** ECS's waits between failing placements double from the first to the second. */
  readonly placementBackoffMs: readonly [number, number];
}

/** From the launch of a task until it is healthy: log-normal. */
export interface LaunchTimes {
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** The assumptions that the goals are stated for. */
export const defaultSettings: ReplaySettings = {
  tasks: 10,
  seed: 1,
  launch: { medianMs: 60_000, p95Ms: 120_000 },
  stopTimeoutMs: 30_000,
  eventLagMs: [300, 1_700],
  lostNoticeShare: 0,
  placementBackoffMs: [10_000, 60_000],
};

/** From knowing to writing: the delay of the decisions queue, and as long for the rivals. */
export const reactionMs = 1_000;
/** How soon the scheduler of ECS reacts to a change of a service. */
export const schedulerPauseMs = 1_000;
/** The first moment of every replay, so that decisions see times as they are. */
export const replayStartMs = Date.parse('2026-01-05T00:00:00Z');
