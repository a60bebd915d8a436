import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { vi } from 'vitest';
import { type DecisionRecord, reasons } from '../../shared/decisions/plan.ts';
import { reportOutcomes } from '../../shared/decisions/report.ts';
import { resumeEnds, resumeWaits } from '../../shared/decisions/work.ts';
import { createEmfTelemetry } from '../../shared/telemetry/emf-telemetry.ts';

const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/prod';
const serviceArn = 'arn:aws:ecs:us-east-1:111122223333:service/prod/web';

function record(reason: DecisionRecord['reason']): DecisionRecord {
  const bridge = { clusterArn, service: 'ballast-web-g1' };
  return {
    serviceArn,
    reason,
    explanation: 'for a test',
    cause: 'notice',
    mode: 'act',
    applied: [
      { command: { kind: 'UpdateService.desiredCount', ...bridge, from: 0, to: 2 }, result: 'applied' },
      { command: { kind: 'UpdateService.desiredCount', ...bridge, from: 2, to: 1 }, result: 'applied' },
      { command: { kind: 'UpdateService.capacityProviderStrategy', ...bridge, from: [], to: [] }, result: 'applied' },
    ],
    sinceMs: 1_800_000_000_000,
    lastMs: 1_800_000_000_000,
    count: 1,
  };
}

interface EmfLine {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

function isEmf(line: unknown): line is EmfLine {
  return typeof line === 'object' && line !== null && '_aws' in line;
}

/** `Namespace/Name{dimension,…}` of every metric that the functions' telemetry writes for what a dashboard shows. */
export function emittedMetrics(): Set<string> {
  // Powertools prints through the global console in development mode only, where it leaves metrics out by default.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  const lines: unknown[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: unknown) => {
    if (typeof line === 'string') lines.push(JSON.parse(line));
  });
  const telemetry = createEmfTelemetry(new Logger({ logLevel: 'SILENT' }), new Metrics({ namespace: 'Ballast' }));
  const task = {
    taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/prod/0123456789abcdef0123456789abcdef',
    clusterArn,
    serviceArn,
    version: 3,
    desiredStatus: 'STOPPED',
    lastStatus: 'RUNNING',
    eventTimeMs: 1_800_000_000_000,
  };
  // The telemetry reads these members only; the rest of the facts is nothing to it.
  const facts = task as unknown as Parameters<typeof telemetry.noticeHandled>[0];
  telemetry.noticeHandled(facts, 1_800_000_002_000);
  telemetry.unclassifiedStop(facts, true);
  for (const reason of reasons) telemetry.decided(record(reason), 'prod');
  telemetry.checkpointRequested('c-1', 'prod');
  const report = {
    eventId: 'e-1',
    reportedAtMs: 1_800_000_010_000,
    checkpointId: 'c-1',
    taskArn: task.taskArn,
    outcome: 'completed',
  } as const;
  for (const outcome of reportOutcomes) {
    telemetry.checkpointReported(report, { outcome, durationMs: 10_000, timeLeftMs: 110_000 }, 'prod');
  }
  telemetry.checkpointExpired('c-1', 'prod');
  telemetry.hookUnknown('no-such-hook', task.taskArn);
  telemetry.hookFailed('save', 'c-1', 'timeout', 'after 120000 ms');
  telemetry.taskResumed(task.taskArn, task.taskArn, 1, 4_000, 'prod');
  for (const reason of resumeEnds) telemetry.taskNotResumed(task.taskArn, reason, undefined, 'prod');
  for (const reason of resumeWaits) telemetry.resumeWaits(task.taskArn, reason);
  log.mockRestore();
  vi.unstubAllEnvs();

  return new Set(
    lines
      .filter(isEmf)
      .flatMap(({ _aws }) =>
        _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics: named }) =>
          Dimensions.flatMap((set) => named.map(({ Name }) => `${Namespace}/${Name}{${[...set].sort().join(',')}}`)),
        ),
      ),
  );
}

/** What reconcile puts with PutMetricData. */
export const gauges: readonly string[] = [
  'Ballast/EnrolledServices{}',
  'Ballast/ReconcileHeartbeat{}',
  'Ballast/SpotRunning{ClusterName,ServiceName}',
  'Ballast/OnDemandRunning{ClusterName,ServiceName}',
  'Ballast/Shortfall{ClusterName,ServiceName}',
  'Ballast/BridgeDesired{ClusterName,ServiceName}',
];
