/** Who asked, for logs and the decision record; a bounded set, so that it can be counted. */
export type Cause =
  | 'notice'
  | 'task_running'
  | 'task_stopped'
  | 'service_action'
  | 'deployment'
  | 'wake'
  | 'schedule'
  | 'enrolment';

export interface DecisionRequest {
  readonly serviceArn: string;
  readonly clusterArn: string;
  readonly cause: Cause;
  /** When it was asked, epoch milliseconds. */
  readonly askedAtMs: number;
}

/**
 * The way into `decide`: the FIFO queue, one group per service. Requests for the same service within one 500 ms bucket
 * are one decision: whoever is dropped had its fact written before (`Ledger`), and the queue delays by one second.
 */
export interface Decisions {
  /** Ten entries a call. `nowMs` is read here, after the ledger write: never pass an earlier time. */
  ask(requests: readonly Omit<DecisionRequest, 'askedAtMs'>[]): Promise<void>;
  /** Asks again later through the wake queue; SQS delays at most 900 s, longer waits are cut to that. */
  askLater(request: Omit<DecisionRequest, 'askedAtMs'>, delayMs: number): Promise<void>;
}
