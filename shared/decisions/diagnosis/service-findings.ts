import type { DeploymentFacts, ServiceEvent, UnhealthyTarget } from './deployment-facts.ts';
import { classOf, type Finding } from './finding.ts';
import { quotable } from './quote.ts';
import { shortageOn } from './shortage.ts';
import { ownFailureIn, shortageIn } from './wordings.ts';

/**
 * What the service's events say. ECS tells the same message once in six hours however often it happens ("Service event
 * messages", Amazon ECS Developer Guide), so one event weighs as much as many.
 */
export function serviceEventFindings(facts: DeploymentFacts): Finding[] {
  return facts.serviceEvents.flatMap((event) => {
    const finding = eventFinding(event, facts);
    return finding === undefined ? [] : [finding];
  });
}

function eventFinding({ atMs, message }: ServiceEvent, facts: DeploymentFacts): Finding | undefined {
  if (namesAnother(message, facts.deploymentId)) return undefined;
  const evidence = `service event: "${quotable(message)}"`;
  const short = shortageIn(message);
  if (short !== undefined) return { ...shortageOn(short, facts.capacityProviders), evidence, atMs };
  const own = ownFailureIn(message);
  if (own === undefined) return undefined;
  const isForeign = namesUnknownTask(message, facts);
  return { ...own, certainty: isForeign ? 'weak' : own.certainty, evidence, atMs };
}

/** An older deployment of the service, which drains beside this one. */
function namesAnother(message: string, deploymentId: string | undefined): boolean {
  const named = message.match(/ecs-svc\/\d+/g);
  return named !== null && deploymentId !== undefined && !named.includes(deploymentId);
}

/** Of this deployment but gone from sight, or of another one: the event does not tell. */
function namesUnknownTask(message: string, { tasks }: DeploymentFacts): boolean {
  const id = /\(task ([0-9a-f]{32})\)/.exec(message)?.[1];
  return id !== undefined && !tasks.some(({ taskArn }) => taskArn.endsWith(`/${id}`));
}

/** Targets that do not pass: those that only come or go say nothing. */
export function targetFindings(facts: DeploymentFacts): Finding[] {
  return facts.unhealthyTargets.flatMap((target) => {
    const said = ownFailureIn(target.description ?? '');
    const evidence = targetEvidence(target);
    if (said !== undefined && classOf(said) === 'configuration') {
      return [{ ...said, evidence, atMs: facts.observedAtMs }];
    }
    if (target.state !== 'unhealthy') return [];
    return [{ cause: 'elb' as const, certainty: 'likely' as const, evidence, atMs: facts.observedAtMs }];
  });
}

function targetEvidence({ id, state, reason, description }: UnhealthyTarget): string {
  const why = [reason, description === undefined ? undefined : `"${quotable(description)}"`];
  return `target ${id}: ${[state, ...why].filter((part) => part !== undefined).join(', ')}`;
}

/** `reason` of an event `SERVICE_TASK_CONFIGURATION_FAILURE`: its name says what kind of failure it is. */
export function symptomFindings({ symptom, symptomReason = '', observedAtMs }: DeploymentFacts): Finding[] {
  if (symptom !== 'task_configuration_failure') return [];
  const said = ownFailureIn(symptomReason);
  const reading =
    said !== undefined && classOf(said) === 'configuration'
      ? said
      : ({ cause: 'task_configuration', certainty: 'likely' } as const);
  return [
    { ...reading, evidence: `SERVICE_TASK_CONFIGURATION_FAILURE: "${quotable(symptomReason)}"`, atMs: observedAtMs },
  ];
}
