/** The one table's keys. A service's partition holds what a decision reads in one Query; decisions are kept apart. */
export const keys = {
  service: (serviceArn: string) => `SERVICE#${serviceArn}`,
  task: (taskArn: string) => `TASK#${taskArn.slice(taskArn.lastIndexOf('/') + 1)}`,
  signal: (kind: string) => `SIGNAL#${kind}`,
  control: 'CONTROL',
  event: (eventId: string) => `EVENT#${eventId}`,
  decisions: (serviceArn: string) => `DECISIONS#${serviceArn}`,
  enrolments: 'ENROLMENT',
  pauses: 'PAUSE',
  everyService: 'ALL',
  checkpoint: (checkpointId: string) => `CHECKPOINT#${checkpointId}`,
  /** Sort key of partitions with a single item. */
  only: 'ITEM',
};

/** How long items are kept, in milliseconds. */
export const keptMs = {
  task: 6 * 3_600_000,
  signal: 24 * 3_600_000,
  event: 24 * 3_600_000,
  decision: 14 * 86_400_000,
  checkpoint: 3 * 86_400_000,
};

/** DynamoDB's TTL attribute is in seconds. */
export function expiresAt(nowMs: number, forMs: number): number {
  return Math.ceil((nowMs + forMs) / 1000);
}
