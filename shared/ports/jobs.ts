/** Why a task is looked at; a bounded set, for logs. */
export type LookCause = 'running' | 'notice' | 'stopped' | 'report' | 'deadline' | 'retry' | 'schedule';

/** A task whose work has to be looked at: captured, its checkpoint settled, or started again. */
export interface LookRequest {
  readonly taskArn: string;
  readonly clusterArn: string;
  readonly cause: LookCause;
}

/** The way into `resume`: a standard queue with delays. Looks are idempotent and may run at the same time. */
export interface Jobs {
  /** Ten entries a call. */
  look(requests: readonly LookRequest[]): Promise<void>;
  /** SQS delays at most 900 s; longer waits are cut to that. */
  lookLater(request: LookRequest, delayMs: number): Promise<void>;
}
