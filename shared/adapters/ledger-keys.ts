const fleetServicePrefix = 'SERVICE#';

/** The one table's keys. A service's partition holds what a decision reads in one Query; decisions are kept apart. */
export const keys = {
  service: (serviceArn: string) => `SERVICE#${serviceArn}`,
  task: (taskArn: string) => `TASK#${taskArn.slice(taskArn.lastIndexOf('/') + 1)}`,
  signal: (kind: string) => `SIGNAL#${kind}`,
  control: 'CONTROL',
  scaling: 'SCALING',
  event: (eventId: string) => `EVENT#${eventId}`,
  decisions: (serviceArn: string) => `DECISIONS#${serviceArn}`,
  latest: 'LATEST',
  filed: (sinceMs: number, serial: number) => `AT#${sinceMs}#${serial}`,
  enrolments: 'ENROLMENT',
  /** What is the same for all services, read in one Query as well. */
  fleet: 'FLEET',
  everyService: 'ALL',
  ofFleet: (serviceArn: string) => `${fleetServicePrefix}${serviceArn}`,
  /** The service that an item of the fleet is about; undefined for what is the same for all. */
  serviceOfFleet: (sk: string) => (sk.startsWith(fleetServicePrefix) ? sk.slice(fleetServicePrefix.length) : undefined),
  quota: 'QUOTA',
  budget: 'BUDGET',
  work: (taskArn: string) => `WORK#${taskArn}`,
  /** Every job that is open, for the sweep to read in one Query. */
  jobs: 'JOBS',
  deployments: (serviceArn: string) => `DEPLOYMENTS#${serviceArn}`,
  /** How far every deployment in progress has come, for the sweep as well. */
  deploymentWatches: 'DEPLOYMENTS',
  spot: (clusterArn: string) => `SPOT#${clusterArn}`,
  /** The tasks that stopped on a day. */
  usage: (day: string) => `USAGE#${day}`,
  /** Sort key of partitions with a single item. */
  only: 'ITEM',
};

/** How long items are kept, in milliseconds. */
export const keptMs = {
  task: 6 * 3_600_000,
  signal: 24 * 3_600_000,
  event: 24 * 3_600_000,
  decision: 14 * 86_400_000,
  work: 30 * 86_400_000,
  diagnosis: 14 * 86_400_000,
  spotShort: 24 * 3_600_000,
  /** A month and the half of the next one. */
  usage: 45 * 86_400_000,
};

/** The day of a moment, UTC: `2026-03-01`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** DynamoDB's TTL attribute is in seconds. */
export function expiresAt(nowMs: number, forMs: number): number {
  return Math.ceil((nowMs + forMs) / 1000);
}
