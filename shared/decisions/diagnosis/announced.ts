import type { DeploymentFacts, HookFacts } from './deployment-facts.ts';
import type { Finding } from './finding.ts';
import { quotable } from './quote.ts';

/**
 * What ECS itself names as the end of a deployment: a lifecycle hook, or deployment alarms. The circuit breaker names
 * nothing: it only counts tasks. Sources: "Lifecycle hooks for Amazon ECS service deployments", "How CloudWatch alarms
 * detect Amazon ECS deployment failures" and "How the Amazon ECS deployment circuit breaker detects failures",
 * Developer Guide; `ServiceDeployment`, API model.
 */
export function hookFinding(facts: DeploymentFacts): Finding | undefined {
  // A hook that timed out with the action CONTINUE stops nothing.
  if (facts.serviceDeployment?.status === 'SUCCESSFUL') return undefined;
  const hooks = facts.hooks.filter(({ status }) => failed.test(status)).toSorted(byTimeThenId);
  const [first] = hooks;
  if (first === undefined) {
    if (facts.symptom !== 'hook_failed') return undefined;
    const evidence = `event: "${quotable(facts.symptomReason ?? 'HOOK_FAILED')}"`;
    return { cause: 'hook_failed', certainty: 'likely', evidence, atMs: facts.observedAtMs };
  }
  return {
    cause: /TIMED_OUT/.test(first.status) ? 'hook_timed_out' : 'hook_failed',
    certainty: 'certain',
    evidence: `hook ${first.hookId ?? ''}: ${first.status}`.replace('hook :', 'hook:'),
    atMs: first.atMs ?? facts.observedAtMs,
    detail: hookDetail(first, facts),
  };
}

const failed = /^(HOOK_)?(FAILED|TIMED_OUT)$/;

/** The one with the most to tell where an event and the service deployment tell of the same. */
function byTimeThenId(one: HookFacts, other: HookFacts): number {
  return (
    Number(other.target !== undefined) - Number(one.target !== undefined) ||
    (one.atMs ?? 0) - (other.atMs ?? 0) ||
    ((one.hookId ?? '') < (other.hookId ?? '') ? -1 : 1)
  );
}

function hookDetail({ target, hookId, lifecycleStage }: HookFacts, facts: DeploymentFacts): string {
  const stage = lifecycleStage ?? facts.hooks.find((hook) => hook.lifecycleStage !== undefined)?.lifecycleStage;
  const at = stage ?? facts.serviceDeployment?.lifecycleStage;
  return `${target ?? hookId ?? 'its name is not told'}${at === undefined ? '' : ` at ${at}`}`;
}

export function alarmFinding(facts: DeploymentFacts): Finding | undefined {
  const { alarms, circuitBreaker, status } = facts.serviceDeployment ?? {};
  if (status === 'SUCCESSFUL') return undefined;
  // Alarms go off when tasks fail. Where the breaker has tripped as well, the tasks tell more.
  if (circuitBreaker?.status === 'TRIGGERED') return undefined;
  if (alarms !== undefined && (alarms.status === 'TRIGGERED' || alarms.triggeredAlarmNames.length > 0)) {
    const names = alarms.triggeredAlarmNames.toSorted().join(', ');
    return {
      cause: 'alarm',
      certainty: 'certain',
      evidence: `service deployment: alarms ${alarms.status}${names === '' ? '' : `: ${names}`}`,
      atMs: facts.observedAtMs,
      ...(names === '' ? {} : { detail: names }),
    };
  }
  const said = [
    ...saidOf(facts),
    ...facts.serviceEvents
      .filter(({ message }) => facts.deploymentId === undefined || message.includes(facts.deploymentId))
      .map(({ message }) => message),
  ].find((text) => /deployment alarm|alarms? detected/i.test(text));
  if (said === undefined) return undefined;
  return { cause: 'alarm', certainty: 'likely', evidence: `"${quotable(said)}"`, atMs: facts.observedAtMs };
}

/** Somebody asked ECS to stop it: nothing failed by that. */
export function requestFinding(facts: DeploymentFacts): Finding | undefined {
  const { status } = facts.serviceDeployment ?? {};
  const said = saidOf(facts).find((text) => /StopServiceDeployment|stopped by (a )?user|stop requested/i.test(text));
  if (said === undefined && status !== 'STOP_REQUESTED' && status !== 'ROLLBACK_REQUESTED') return undefined;
  const evidence = said === undefined ? `service deployment: ${status}` : `"${quotable(said)}"`;
  return { cause: 'stopped_on_request', certainty: 'likely', evidence, atMs: facts.observedAtMs };
}

/** What ECS says of the whole deployment. */
export function saidOf({ symptomReason, rolloutStateReason, serviceDeployment }: DeploymentFacts): string[] {
  return [
    serviceDeployment?.statusReason,
    serviceDeployment?.rollback?.reason,
    rolloutStateReason,
    symptomReason,
  ].filter((text): text is string => text !== undefined && text !== '');
}
