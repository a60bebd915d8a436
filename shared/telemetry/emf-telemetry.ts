import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { bridgePremiumOf, savingOf, usdOf } from '../decisions/money.ts';
import type { Command, DecisionRecord, Reason } from '../decisions/plan.ts';
import type { ResumeEnd } from '../decisions/work.ts';
import { clusterArnOfService, clusterArnOfTask, nameOfArn } from '../events/arn.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { type MetricName, metricUnits } from './metrics.ts';
import { restoreStack } from './original-stack.ts';

/** A notice is worth two minutes from the moment AWS wrote it. */
const noticeMs = 120_000;
/** With the default stopTimeout of 30 s the task is gone by then: nothing that is done for it reaches it. */
const lateMs = 30_000;

/** Ends that are as they should be; after any other somebody should look: the job wanted to go on. */
const harmless: readonly ResumeEnd[] = [
  'finished',
  'stopped_otherwise',
  'not_opted_in',
  'owned_by_orchestrator',
  'observe',
];

/** The Telemetry of the deployed functions: structured log lines, and metrics in the embedded metric format. */
export function createEmfTelemetry(logger: Logger, metrics: Metrics): Telemetry {
  // Powertools adds a dimension `service` to everything; ours are chosen per metric.
  metrics.clearDefaultDimensions();

  const emit = (dimensions: Readonly<Record<string, string>>, values: Partial<Record<MetricName, number>>): void => {
    // Also an empty set: CloudWatch takes no metric from a line without a set of dimensions.
    metrics.addDimensions({ ...dimensions });
    for (const [name, value] of Object.entries(values)) {
      // Object.entries forgets that the keys are metric names.
      metrics.addMetric(name, metricUnits[name as MetricName], value);
    }
    metrics.publishStoredMetrics();
  };

  return {
    noticeHandled(notice, handledAtMs, serviceArn) {
      // What is seen first may be a later event of the stop.
      const noticedAtMs = Math.min(notice.eventTimeMs, notice.stoppingAtMs ?? Infinity);
      const lagMs = Math.max(0, handledAtMs - noticedAtMs);
      logger.info('notice', {
        taskArn: notice.taskArn,
        serviceArn: notice.serviceArn,
        availabilityZone: notice.availabilityZone,
        lagMs,
      });
      emit(
        { ClusterName: nameOfArn(notice.clusterArn) },
        { Notices: 1, NoticeLag: lagMs, NoticeTimeLeft: Math.max(0, noticeMs - lagMs) / 1000 },
      );
      emit({ AvailabilityZone: zoneOf(notice.availabilityZone) }, { Interruptions: 1 });
      emit({}, { LateNotices: lagMs > lateMs ? 1 : 0 });
      if (serviceArn === undefined) return;
      emit({ ClusterName: nameOfArn(notice.clusterArn), ServiceName: nameOfArn(serviceArn) }, { Notices: 1 });
    },
    taskLaunched({ clusterArn, capacityProviderName, createdAtMs, startedAtMs }) {
      if (createdAtMs === undefined || startedAtMs === undefined) return;
      emit(
        { ClusterName: nameOfArn(clusterArn), CapacityProvider: providerOf(capacityProviderName) },
        { LaunchTime: Math.max(0, startedAtMs - createdAtMs) / 1000 },
      );
    },
    taskBilled(usage) {
      logger.info('task billed', { ...usage });
      emit(
        { ClusterName: usage.clusterName },
        usage.payment === 'spot'
          ? { SpotTaskSeconds: usage.billedSeconds, Saving: usdOf(savingOf(usage)) }
          : {
              OnDemandTaskSeconds: usage.billedSeconds,
              ...(usage.ofBridge ? { BridgePremium: usdOf(bridgePremiumOf(usage)) } : {}),
            },
      );
    },
    taskUnmeasured({ taskArn, cpu, memory, stoppedAtMs }) {
      logger.warn('a task has stopped and cannot be priced', { taskArn, cpu, memory, stoppedAtMs });
    },
    unclassifiedStop(task, confirmedSpot) {
      logger.warn('unclassified stop of a Spot task', { taskArn: task.taskArn, confirmedSpot });
      emit({ ClusterName: nameOfArn(task.clusterArn) }, { UnclassifiedSpotStops: 1 });
      emit({}, { UnclassifiedSpotStops: 1 });
    },
    decided(record, clusterName, lasting = {}) {
      logger.info('decision', { ...record });
      const applied = record.applied.filter((entry) => entry.result === 'applied');
      const failed = [...record.applied, ...(record.targets?.applied ?? [])].filter(
        ({ result }) => result === 'failed' || result === 'refused',
      ).length;
      emit(
        { ClusterName: clusterName },
        {
          Decisions: 1,
          CommandsFailed: failed,
          ...decisionMetrics(record, applied),
          ...seconds({ TimeToWhole: lasting.timeToWholeMs }),
        },
      );
      emit({ Reason: record.reason }, { Decisions: 1, ...(record.applied.length === 0 ? { Holds: 1 } : {}) });
      const lasts = seconds({
        BelowDesiredTime: lasting.belowDesiredMs,
        BridgeOpenTime: lasting.bridgeOpenMs,
        StrategyShiftedTime: lasting.strategyShiftedMs,
      });
      if (Object.keys(lasts).length > 0) emit({}, lasts);
    },
    notAnnounced(decisions, error) {
      logger.warn('decisions were not announced on the bus', {
        decisions,
        ...(error instanceof Error ? { error: error.message } : {}),
      });
    },
    deploymentDiagnosed(serviceArn, diagnosis, answer, text, tier) {
      logger.warn('deployment diagnosed', { serviceArn, diagnosis, answer, text: text.split('\n') });
      emit({ ClusterName: nameOfArn(clusterArnOfService(serviceArn)) }, { DeploymentFailures: 1 });
      emit({ Class: diagnosis.class }, { DeploymentFailures: 1 });
      // The tag's text is free, so only the one value that an alarm asks for is a dimension.
      if (tier === 'production') emit({ Tier: tier }, { DeploymentFailures: 1 });
      if (answer.kind === 'StopServiceDeployment') emit({}, { DeploymentsRolledBack: 1 });
    },
    checkpointRequested(checkpointId, clusterName) {
      logger.info('checkpoint requested', { checkpointId });
      emit({ ClusterName: clusterName }, { CheckpointsRequested: 1 });
    },
    checkpointReported(report, { outcome, durationMs, timeLeftMs }, clusterName) {
      logger.info('checkpoint reported', { ...report, became: outcome, durationMs, timeLeftMs });
      emit({ Outcome: outcome }, { CheckpointsReported: 1 });
      if (durationMs === undefined || timeLeftMs === undefined) return;
      emit(
        { ClusterName: clusterName },
        { CheckpointDuration: durationMs, CheckpointTimeLeft: Math.max(0, timeLeftMs) / 1000 },
      );
    },
    checkpointExpired(checkpointId, clusterName) {
      logger.warn('checkpoint expired: nobody reported in time', { checkpointId });
      emit({ ClusterName: clusterName }, { CheckpointsExpired: 1 });
      emit({}, { CheckpointsExpired: 1 });
    },
    hookUnknown(hook, taskArn) {
      logger.warn('policy.yml has no such checkpoint hook', { hook, taskArn });
      emit({ ClusterName: nameOfArn(clusterArnOfTask(taskArn)) }, { PolicyInvalid: 1 });
    },
    hookFailed(hook, checkpointId, failure, detail) {
      logger.warn('a checkpoint hook failed', { hook, checkpointId, failure, detail });
      emit({ Failure: failure }, { HookFailures: 1 });
    },
    taskResumed(taskArn, newTaskArn, attempt, workLostMs, clusterName) {
      logger.info('task resumed', { taskArn, newTaskArn, attempt, workLostMs });
      emit({ ClusterName: clusterName }, { TasksResumed: 1, WorkLost: workLostMs / 1000 });
    },
    taskNotResumed(taskArn, reason, detail, clusterName) {
      logger.info('task not resumed', { taskArn, reason, detail });
      emit({ Reason: reason }, { TasksNotResumed: 1 });
      if (!harmless.includes(reason)) emit({ ClusterName: clusterName }, { ResumesFailed: 1 });
    },
    resumeWaits(taskArn, reason) {
      logger.info('resume waits', { taskArn, reason });
      emit({ Reason: reason }, { ResumesWaiting: 1 });
    },
    messageFailed(functionName, messageId, error) {
      restoreStack(error);
      const isPoison = error instanceof Error && error.name === 'PoisonError';
      logger.error(isPoison ? 'a message can never be handled' : 'a message is to be delivered again', {
        messageId,
        error: error instanceof Error ? error : String(error),
      });
      if (isPoison) emit({ Function: functionName }, { PoisonMessages: 1 });
    },
    postponed(serviceArn, why, error) {
      restoreStack(error);
      logger.warn('postponed', { serviceArn, why, ...(error instanceof Error ? { error } : {}) });
    },
  };
}

/** A Region has few zones; what does not look like one must not become a metric of its own. */
function zoneOf(availabilityZone = ''): string {
  return /^[a-z]{2,3}(-[a-z0-9]+){1,5}[a-z]$/.test(availabilityZone) ? availabilityZone : 'unknown';
}

function providerOf(capacityProviderName = ''): string {
  return ['FARGATE', 'FARGATE_SPOT'].includes(capacityProviderName) ? capacityProviderName : 'other';
}

/** What there is of the values, in seconds. */
function seconds(values: Partial<Record<MetricName, number | undefined>>): Partial<Record<MetricName, number>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, ms]) => (ms === undefined ? [] : [[name, Math.max(0, ms) / 1000]])),
  );
}

function decisionMetrics(
  record: DecisionRecord<Reason>,
  applied: readonly { readonly command: Command }[],
): Partial<Record<MetricName, number>> {
  const grown = sumOf(applied, (command) => {
    if (command.kind === 'CreateService') return command.request.desiredCount;
    return resizes(command) ? Math.max(0, command.to - command.from) : 0;
  });
  const returned = sumOf(applied, (command) => (resizes(command) ? Math.max(0, command.from - command.to) : 0));
  const deregistered = (record.targets?.applied ?? []).filter(({ result }) => result === 'applied');
  const targets = deregistered.reduce(
    (sum, { command }) => sum + (command.kind === 'DeregisterTargets' ? command.targets.length : 1),
    0,
  );
  const rebalanced = sumOf(applied, (command) => (command.kind === 'UpdateService.capacityProviderStrategy' ? 1 : 0));
  return {
    ...(grown > 0 ? { BridgeGrown: grown } : {}),
    ...(returned > 0 ? { BridgeReturned: returned } : {}),
    ...(rebalanced > 0 ? { CapacityProviderRebalanced: rebalanced } : {}),
    ...(targets > 0 ? { TargetsDeregistered: targets } : {}),
    // Also 0: an alarm has to see the shortage end.
    OnDemandShortage: record.reason === 'on_demand_shortage' ? 1 : 0,
    ...(record.reason === 'policy_invalid' ? { PolicyInvalid: 1 } : {}),
  };
}

function resizes(
  command: Command,
): command is Extract<Command, { kind: 'UpdateService.desiredCount' | 'UpdateService.revision' }> {
  return command.kind === 'UpdateService.desiredCount' || command.kind === 'UpdateService.revision';
}

function sumOf(applied: readonly { readonly command: Command }[], amount: (command: Command) => number): number {
  return applied.reduce((sum, { command }) => sum + amount(command), 0);
}
