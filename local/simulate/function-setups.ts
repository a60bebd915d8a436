/** What `serverless.yml` and `infra/queues.yml` give each function and its queue. Milliseconds. */
interface FunctionSetup {
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly visibilityMs: number;
  readonly retentionMs: number;
  readonly receivesMax: number;
}

const often: FunctionSetup = {
  timeoutMs: 30_000,
  concurrency: 5,
  visibilityMs: 180_000,
  retentionMs: 14_400_000,
  receivesMax: 5,
};
const urgent: FunctionSetup = {
  timeoutMs: 10_000,
  concurrency: 10,
  visibilityMs: 15_000,
  retentionMs: 300_000,
  receivesMax: 3,
};

export const functionSetups = {
  'on-spot-notice': urgent,
  'on-task-state-change': { ...often, concurrency: 10 },
  'on-service-action': often,
  'on-deployment-state-change': often,
  'on-checkpoint-report': often,
  'run-checkpoint-hook': {
    ...often,
    timeoutMs: 130_000,
    concurrency: 50,
    visibilityMs: 150_000,
    retentionMs: 300_000,
    receivesMax: 2,
  },
  resume: often,
  diagnose: { ...often, concurrency: 2 },
  decide: { ...urgent, concurrency: 5 },
  reconcile: { ...often, timeoutMs: 60_000, concurrency: 2, visibilityMs: 360_000 },
} as const satisfies Readonly<Record<string, FunctionSetup>>;

export type FunctionName = keyof typeof functionSetups;

export const functionNames = Object.keys(functionSetups) as FunctionName[];

/** Records that a poll takes at most. */
export const batchSize = 10;
