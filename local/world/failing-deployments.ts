import { alarmsOf } from './deployment-monitors.ts';
import type { AlarmState, Engine } from './engine.ts';
import { hookDetail } from './events.ts';
import type { DeploymentModel, HookModel, ServiceModel } from './model.ts';
import { fail, note, rollBackIfPossible, tellAction, tellDeployment } from './releases.ts';

interface Cause {
  readonly by: 'deployment circuit breaker' | 'deployment alarm';
  /** Of the deployment and of its event. */
  readonly reason: string;
  /** Completes "Service deployment rolled back because". */
  readonly because: string;
  /** Completes "deployment failed:" among the service's events. */
  readonly noted: string;
  readonly rollback: boolean;
}

/** Told once, under one detail-type or both, and taken back where the service asks for it. */
export function failDeployment(
  engine: Engine,
  service: ServiceModel,
  deployment: DeploymentModel,
  { by, reason, because, noted, rollback }: Cause,
): void {
  fail(engine, deployment, reason);
  deployment.statusReason = `Service deployment ${rollback ? 'rolled back' : 'stopped'} because ${because}`;
  tellDeployment(engine, service, 'SERVICE_DEPLOYMENT_FAILED', deployment);
  if (engine.switches.deploymentFailedAsServiceAction) {
    tellAction(engine, service, 'SERVICE_DEPLOYMENT_FAILED', { reason });
  }
  note(engine, service, `(deployment ${deployment.id}) deployment failed: ${noted}`);
  if (rollback) rollBackIfPossible(engine, service, deployment, by);
}

/** ECS asks CloudWatch so often: an alarm that is over by then is missed. */
const alarmPollMs = 10_000;

export function setAlarm(engine: Engine, name: string, state: AlarmState): void {
  engine.alarms.set(name, state);
  if (state !== 'ALARM') return;
  engine.after(alarmPollMs, () => {
    if (engine.alarms.get(name) !== 'ALARM') return;
    for (const { services } of engine.clusters.values()) {
      for (const service of services.values()) alarmRang(engine, service, name);
    }
  });
}

function alarmRang(engine: Engine, service: ServiceModel, name: string): void {
  const [deployment] = service.deployments;
  const alarms = alarmsOf(service);
  if (service.status !== 'ACTIVE') return;
  if (deployment?.rolloutState !== 'IN_PROGRESS' || deployment.ignoresAlarms || !alarms?.names.includes(name)) return;
  deployment.triggeredAlarms = alarms.names.filter((one) => engine.alarms.get(one) === 'ALARM');
  const named = deployment.triggeredAlarms.join(', ');
  // AWS documents that the event says why, not in which words: these are invented.
  failDeployment(engine, service, deployment, {
    by: 'deployment alarm',
    reason: `ECS deployment failed: alarm(s) detected: ${named}.`,
    because: `alarm(s) ${named} were triggered.`,
    noted: `alarm(s) ${named} detected.`,
    rollback: alarms.rollback,
  });
}

export interface HookFailure {
  /** As AWS names it: `POST_TEST_TRAFFIC_SHIFT` … */
  readonly lifecycleStage: string;
  readonly hookId?: string;
  /** A Lambda function unless told otherwise. */
  readonly targetType?: HookModel['targetType'];
  readonly targetArn?: string;
  /** It did not answer in time, rather than with FAILED. */
  readonly timedOut?: boolean;
}

/**
 * A lifecycle hook of the deployment under way fails: ECS tells it and rolls back, whatever the service says.
 * @throws Error where no deployment is under way.
 */
export function failHook(engine: Engine, service: ServiceModel | undefined, failure: HookFailure): void {
  const [deployment] = service?.deployments ?? [];
  if (service === undefined || deployment?.rolloutState !== 'IN_PROGRESS')
    throw new Error('no deployment is under way');
  const { lifecycleStage, targetType = 'AWS_LAMBDA', timedOut = false } = failure;
  const targetArn =
    targetType === 'PAUSE'
      ? undefined
      : (failure.targetArn ?? `arn:aws:lambda:${engine.region}:${engine.account}:function:${service.name}-hook`);
  const hook: HookModel = {
    hookId: failure.hookId ?? engine.id(`hook/${service.name}/`),
    targetType,
    ...(targetArn === undefined ? {} : { targetArn }),
    status: timedOut ? 'TIMED_OUT' : 'FAILED',
  };
  deployment.lifecycleStage = lifecycleStage;
  deployment.hooks = [...(deployment.hooks ?? []), hook];
  const detail = hookDetail(service, hook, lifecycleStage, deployment.serviceDeploymentArn, engine.nowMs());
  engine.emit('ECS Hook State Change', [deployment.serviceDeploymentArn], detail, service.arn);
  const statusReason = `Service deployment rolled back because ${lifecycleStage} lifecycle hook(s) failed.${whatHookDid(hook)}`;
  fail(engine, deployment, statusReason);
  deployment.statusReason = statusReason;
  note(engine, service, `(deployment ${deployment.id}) deployment failed: ${statusReason}`);
  rollBackIfPossible(engine, service, deployment, 'lifecycle hook');
}

function whatHookDid({ targetArn, status }: HookModel): string {
  if (targetArn === undefined) return '';
  return status === 'FAILED'
    ? ` Lifecycle hook target ${targetArn} returned FAILED status.`
    : ` Lifecycle hook target ${targetArn} timed out.`;
}
