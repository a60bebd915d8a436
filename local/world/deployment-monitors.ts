import { AwsError, invalidParameter } from './aws-error.ts';
import { present, record } from './describe.ts';
import type { Engine } from './engine.ts';
import type { DeploymentModel, ServiceModel } from './model.ts';

/** What watches a deployment: its circuit breaker and its alarms, as the service is configured now. */

interface Breaker {
  readonly rollback: boolean;
  /** A task that gets healthy begins the count anew, unless the service says otherwise. */
  readonly resetOnHealthyTask: boolean;
}

/** Undefined where none is on: it watches rolling deployments only. */
export function breakerOf(service: ServiceModel): Breaker | undefined {
  const { deploymentCircuitBreaker, strategy } = record(service.settings.deploymentConfiguration);
  const { enable, rollback, resetOnHealthyTask } = record(deploymentCircuitBreaker);
  if (enable !== true || (strategy ?? 'ROLLING') !== 'ROLLING') return undefined;
  return { rollback: rollback === true, resetOnHealthyTask: resetOnHealthyTask !== false };
}

/** ECS reckons with the desired count of the moment; percentages are rounded up. */
export function breakerThresholdOf(service: ServiceModel): number {
  const { deploymentCircuitBreaker } = record(service.settings.deploymentConfiguration);
  const { type, value } = record(record(deploymentCircuitBreaker).thresholdConfiguration);
  const asked = typeof value === 'number' ? value : 50;
  if (type === 'COUNT') return asked;
  const share = Math.ceil((asked * service.desiredCount) / 100);
  return type === 'UNBOUNDED_PERCENT' ? share : Math.min(200, Math.max(3, share));
}

interface Alarms {
  readonly names: readonly string[];
  readonly rollback: boolean;
}

/** Undefined where none are on. */
export function alarmsOf(service: ServiceModel): Alarms | undefined {
  const { alarms } = record(service.settings.deploymentConfiguration);
  if (alarms === undefined) return undefined;
  const { alarmNames, enable, rollback } = record(alarms);
  if (enable !== true || !Array.isArray(alarmNames)) return undefined;
  return { names: alarmNames.map(String), rollback: rollback === true };
}

/** Of those that are in ALARM when a deployment begins, ECS takes none into account, nor any other of the service. */
export function isInAlarm(engine: Engine, service: ServiceModel): boolean {
  return alarmsOf(service)?.names.some((name) => engine.alarms.get(name) === 'ALARM') ?? false;
}

/** Where the service does not say; AWS computes it from the alarms, to less than five minutes. */
const bakeMinutes = 3;

/** Whether a deployment that is through has to wait for its alarms still; it looks again when that is over. */
export function isBaking(engine: Engine, service: ServiceModel, deployment: DeploymentModel): boolean {
  if (deployment.ignoresAlarms || alarmsOf(service) === undefined) return false;
  if (deployment.bakesUntilMs === undefined) {
    const { bakeTimeInMinutes } = record(service.settings.deploymentConfiguration);
    const bakeMs = (typeof bakeTimeInMinutes === 'number' ? bakeTimeInMinutes : bakeMinutes) * 60_000;
    deployment.bakesUntilMs = engine.nowMs() + bakeMs;
    engine.after(bakeMs, () => engine.wake(service));
  }
  return engine.nowMs() < deployment.bakesUntilMs;
}

/** As DescribeServiceDeployments shows them. */
export function monitorsOf(service: ServiceModel, deployment: DeploymentModel): Record<string, unknown> {
  const alarms = deployment.ignoresAlarms ? undefined : alarmsOf(service);
  const isOver = deployment.serviceDeploymentStatus !== 'IN_PROGRESS';
  const status = (isOn: boolean, isTriggered: boolean) => {
    if (!isOn) return 'DISABLED';
    if (isTriggered) return 'TRIGGERED';
    return isOver ? 'MONITORING_COMPLETE' : 'MONITORING';
  };
  const { triggeredAlarms = [] } = deployment;
  return {
    deploymentCircuitBreaker: {
      status: status(breakerOf(service) !== undefined, deployment.breakerTripped === true),
      failureCount: deployment.breakerFailures ?? 0,
      threshold: breakerThresholdOf(service),
    },
    alarms: present({
      status: status(alarms !== undefined, triggeredAlarms.length > 0),
      alarmNames: alarms?.names,
      triggeredAlarmNames: alarms === undefined ? undefined : triggeredAlarms,
    }),
  };
}

/** What CreateService and UpdateService do not take in `deploymentConfiguration`. */
export function refuseImpossibleMonitors(deploymentConfiguration: unknown): void {
  const { deploymentCircuitBreaker, alarms } = record(deploymentConfiguration);
  if (deploymentCircuitBreaker !== undefined) {
    const { enable, rollback, thresholdConfiguration } = record(deploymentCircuitBreaker);
    requireBooleans('deploymentCircuitBreaker', { enable, rollback });
    if (thresholdConfiguration !== undefined) refuseImpossibleThreshold(record(thresholdConfiguration));
  }
  if (alarms !== undefined) {
    const { enable, rollback, alarmNames } = record(alarms);
    requireBooleans('alarms', { enable, rollback });
    if (!Array.isArray(alarmNames)) throw invalidParameter('alarmNames of alarms is required.');
  }
}

function requireBooleans(member: string, values: Record<string, unknown>): void {
  const missing = Object.keys(values).find((name) => typeof values[name] !== 'boolean');
  if (missing !== undefined) throw new AwsError('SerializationException', `${member}: ${missing} is required`);
}

function refuseImpossibleThreshold({ type, value }: Record<string, unknown>): void {
  if (!['COUNT', 'BOUNDED_PERCENT', 'UNBOUNDED_PERCENT'].includes(String(type))) {
    throw invalidParameter('type of thresholdConfiguration is not valid.');
  }
  const highest = type === 'COUNT' ? Number.POSITIVE_INFINITY : 100;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > highest) {
    throw invalidParameter('value of thresholdConfiguration is not valid.');
  }
}
