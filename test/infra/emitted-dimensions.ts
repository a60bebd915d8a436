import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { vi } from 'vitest';
import { readGauges } from '../../functions/reconcile/gauges.ts';
import { queueFunctions } from '../../infra/functions.ts';
import { createMemoryLedger } from '../../local/memory-ledger.ts';
import { deploymentFailureClasses } from '../../shared/decisions/diagnosis/diagnosis.ts';
import { type DecisionRecord, type Reason, reasons } from '../../shared/decisions/plan.ts';
import { reportOutcomes } from '../../shared/decisions/report.ts';
import { resumeEnds, resumeWaits } from '../../shared/decisions/work.ts';
import type { HookFailure } from '../../shared/ports/hooks.ts';
import { createEmfTelemetry } from '../../shared/telemetry/emf-telemetry.ts';
import { metricNamespace, metricUnits } from '../../shared/telemetry/metrics.ts';
import { aBridge, aService, nowMs, stackPolicy } from '../builders/service-facts.ts';

const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/prod';
const serviceArn = 'arn:aws:ecs:us-east-1:111122223333:service/prod/web';

function record(reason: Reason): DecisionRecord<Reason> {
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

const hookFailures: readonly HookFailure[] = [
  'timeout',
  'error',
  'throttled',
  'refused',
  'reply_too_large',
  'reply_invalid',
];
const targets: NonNullable<DecisionRecord['targets']> = {
  reason: 'targets_deregistered',
  explanation: 'for a test',
  applied: [{ command: { kind: 'DeregisterInstance', registryArn: 'srv-1', instanceId: 'i-1' }, result: 'applied' }],
};
const usage = {
  taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/prod/0123456789abcdef0123456789abcdef',
  clusterName: 'prod',
  cpu: 1024,
  memoryMiB: 2048,
  architecture: 'arm',
  extraStorageGiB: 0,
  billedSeconds: 3_600,
  stoppedAtMs: 1_800_000_000_000,
  onDemandNanoUsd: 39_500_000,
  spotNanoUsd: 12_576_670,
} as const;
const lasting = {
  belowDesiredMs: 90_000,
  timeToWholeMs: 42_000,
  bridgeOpenMs: 600_000,
  strategyShiftedMs: 3_600_000,
};
const diagnosis = {
  class: 'image',
  cause: 'pull',
  confidence: 'high',
  summary: 'for a test',
  evidence: [],
  failing: { count: 1, of: 1 },
} as const;
const rolledBack = { kind: 'StopServiceDeployment', reason: 'rolled_back', text: 'for a test' } as const;

/** A metric with the values of its dimensions, as it was published. */
export interface Published {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

type EmfLine = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
};

function isEmf(line: unknown): line is EmfLine {
  return typeof line === 'object' && line !== null && '_aws' in line;
}

/** `Namespace/Name{dimension,…}`. */
export function keyOf({ namespace, name, dimensions }: Omit<Published, 'unit'>): string {
  return `${namespace}/${name}{${Object.keys(dimensions).sort().join(',')}}`;
}

/** Everything that the telemetry of the functions can write, by calling all of it. */
export function emitted(): Published[] {
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
    createdAtMs: 1_799_999_000_000,
    startedAtMs: 1_799_999_035_000,
    availabilityZone: 'us-east-1a',
  };
  // The telemetry reads these members only; the rest of the facts is nothing to it.
  const facts = task as unknown as Parameters<typeof telemetry.noticeHandled>[0];
  telemetry.noticeHandled(facts, 1_800_000_002_000, serviceArn);
  telemetry.noticeHandled({ ...facts, availabilityZone: 'the zone next door' }, 1_800_000_002_000);
  for (const capacityProviderName of ['FARGATE', 'FARGATE_SPOT', 'a provider of somebody']) {
    telemetry.taskLaunched({ ...facts, capacityProviderName });
  }
  telemetry.unclassifiedStop(facts, true);
  telemetry.taskBilled({ ...usage, payment: 'spot', ofBridge: false });
  telemetry.taskBilled({ ...usage, payment: 'onDemand', ofBridge: true });
  for (const reason of reasons) {
    telemetry.decided({ ...record(reason), targets }, 'prod', lasting);
    telemetry.decided({ ...record(reason), applied: [] }, 'prod');
  }
  for (const { name } of queueFunctions) {
    telemetry.messageFailed(name, 'm-1', Object.assign(new Error('for a test'), { name: 'PoisonError' }));
  }
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
  for (const failure of hookFailures) telemetry.hookFailed('save', 'c-1', failure, 'after 120000 ms');
  telemetry.taskResumed(task.taskArn, task.taskArn, 1, 4_000, 'prod');
  for (const reason of resumeEnds) telemetry.taskNotResumed(task.taskArn, reason, undefined, 'prod');
  for (const failureClass of deploymentFailureClasses) {
    telemetry.deploymentDiagnosed(
      serviceArn,
      { ...diagnosis, class: failureClass },
      rolledBack,
      'for a test',
      'production',
    );
  }
  for (const reason of resumeWaits) telemetry.resumeWaits(task.taskArn, reason);
  log.mockRestore();
  vi.unstubAllEnvs();

  return lines.filter(isEmf).flatMap((line) =>
    line._aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics: named }) =>
      Dimensions.flatMap((set) =>
        named.map(({ Name: name, Unit: unit }) => ({
          namespace,
          name,
          unit,
          dimensions: Object.fromEntries(set.map((dimension) => [dimension, String(line[dimension])])),
        })),
      ),
    ),
  );
}

/** What reconcile puts with PutMetricData for one service with its bridge. */
export async function put(): Promise<Published[]> {
  const ledger = createMemoryLedger({ nowMs: () => nowMs });
  const size = { cpu: 1_024, memoryMiB: 2_048, architecture: 'x86', extraStorageGiB: 0 } as const;
  const pair = { primary: aService({ tags: { 'ballast:managed': 'true' } }), bridge: aBridge(), size };
  const gauges = await readGauges({ ledger, stackPolicy }, [pair], 0, nowMs);
  return gauges.map(({ name, dimensions }) => ({
    namespace: metricNamespace,
    name,
    unit: metricUnits[name],
    dimensions,
  }));
}

/** Keys of all that is published, by either way. */
export async function publishedKeys(): Promise<Set<string>> {
  return new Set([...emitted(), ...(await put())].map(keyOf));
}
