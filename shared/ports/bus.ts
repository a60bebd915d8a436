/** Events that Ballast itself publishes on the bus `ballast`. */
export interface BusEvent {
  readonly detailType:
    | 'Decision Made'
    | 'Checkpoint Requested'
    | 'Checkpoint Available'
    | 'Task Resumed'
    | 'Task Not Resumed'
    | 'Deployment Diagnosed';
  /** Related ARNs, most specific first. */
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Bus {
  /** PutEvents, ten entries at a time; throws `RetryableError` if any entry failed. */
  publish(events: readonly BusEvent[]): Promise<void>;
}
