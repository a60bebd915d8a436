import { alarmFinding, hookFinding, requestFinding, saidOf } from './announced.ts';
import { causeTexts } from './causes.ts';
import type { ContainerLog, DeploymentFacts, DeploymentTask } from './deployment-facts.ts';
import { type Cause, causeClasses, type Diagnosis, type LogPlace } from './diagnosis.ts';
import { byTime, classOf, type Finding } from './finding.ts';
import { logPlace } from './log-place.ts';
import { quotable } from './quote.ts';
import { serviceEventFindings, symptomFindings, targetFindings } from './service-findings.ts';
import { placementFinding } from './shortage.ts';
import { type TaskVerdict, taskVerdict } from './task-verdict.ts';
import { type Facts, type Weighed, weigh } from './weigh.ts';

const evidenceMax = 5;

/**
 * Why a deployment fails, from facts and not from one string. What ECS itself names as the end, a hook or an alarm, comes
 * first; then the tasks are weighed against what the service's events say (`weigh`). The texts of the circuit breaker
 * name no cause and are not looked at. What no known wording explains is `unknown`, never a guess.
 */
export function diagnose(facts: DeploymentFacts): Diagnosis {
  const tasks = distinct(facts.tasks);
  const said = saidFindings(facts);
  const verdicts = tasks.map((task) => withoutTarget(taskVerdict(task, facts.capacityProviders), said));
  const weighing: Facts = { verdicts, said };
  const weighed = announced(facts, weighing) ?? weigh(facts, weighing) ?? unexplained(facts, verdicts);
  return told(facts, weighed, verdicts, tasks.filter(hasRun).length);
}

/** Events come twice, and a task may be both in an event and in an answer: the one that ended counts. */
function distinct(tasks: readonly DeploymentTask[]): DeploymentTask[] {
  const byArn = new Map<string, DeploymentTask>();
  for (const task of tasks) {
    const known = byArn.get(task.taskArn);
    if (known === undefined || known.lastStatus !== 'STOPPED') byArn.set(task.taskArn, task);
  }
  return [...byArn.values()].sort((one, other) => (one.taskArn < other.taskArn ? -1 : 1));
}

/** A task says only that it did not pass; where no answer of it could have passed the service's events or targets tell. */
function withoutTarget(verdict: TaskVerdict, said: readonly Finding[]): TaskVerdict {
  const isUnreachable = said.some(({ cause, certainty }) => cause === 'target_group' && certainty !== 'weak');
  if (verdict.kind !== 'failed' || verdict.finding.cause !== 'elb' || !isUnreachable) return verdict;
  return { ...verdict, finding: { ...verdict.finding, cause: 'target_group' } };
}

function saidFindings(facts: DeploymentFacts): Finding[] {
  const findings = [
    ...symptomFindings(facts),
    ...facts.placementFailures.map((failure) => placementFinding(failure, facts)),
    ...serviceEventFindings(facts),
    ...targetFindings(facts),
  ];
  return [...new Map(findings.map((one) => [`${one.atMs} ${one.evidence}`, one])).values()].sort(byTime);
}

function announced(facts: DeploymentFacts, { verdicts }: Facts): Weighed | undefined {
  const main = hookFinding(facts) ?? alarmFinding(facts);
  if (main === undefined) return undefined;
  const own = failuresOf(verdicts).filter((one) => !['capacity', 'unknown'].includes(classOf(one)));
  // Tasks that fail as well may be what set the alarm or the hook off.
  const isAlone = own.filter(({ certainty }) => certainty !== 'weak').length < 2;
  return { main, others: own.sort(byTime), confidence: main.certainty === 'certain' && isAlone ? 'high' : 'medium' };
}

function failuresOf(verdicts: readonly TaskVerdict[]): Finding[] {
  return verdicts.flatMap((verdict) => (verdict.kind === 'failed' ? [verdict.finding] : []));
}

function unexplained(facts: DeploymentFacts, verdicts: readonly TaskVerdict[]): Weighed {
  const messages = verdicts
    .flatMap((verdict) => (verdict.kind === 'unexplained' ? [verdict.evidence] : []))
    .toSorted()
    .map((evidence) => unclear('unknown', evidence));
  const request = requestFinding(facts);
  if (messages.length === 0 && request !== undefined) return { main: request, others: [], confidence: 'low' };
  const [said = facts.symptom] = saidOf(facts);
  const main = unclear(unknownCause(facts, verdicts), `ECS: "${quotable(said)}"`);
  const [first, ...rest] = messages;
  return { main: first ?? main, others: rest, confidence: 'low' };
}

function unclear(cause: Cause, evidence: string): Finding {
  return { cause, certainty: 'weak', evidence, atMs: 0 };
}

function unknownCause(facts: DeploymentFacts, verdicts: readonly TaskVerdict[]): Cause {
  const ended = verdicts.filter(({ kind }) => kind === 'neutral').length;
  if (facts.rolloutState === 'FAILED' || facts.failedTasks > ended) {
    return facts.failedTasks > ended ? 'tasks_gone' : 'unknown';
  }
  return verdicts.length > 0 ? 'nothing_failed' : 'unknown';
}

function told(
  facts: DeploymentFacts,
  { main, others, confidence }: Weighed,
  verdicts: readonly TaskVerdict[],
  launched: number,
): Diagnosis {
  const failureClass = causeClasses[main.cause];
  const failing = failuresOf(verdicts)
    .filter((one) => classOf(one) === failureClass)
    .sort(byTime);
  const first = failing.find((one) => one.cause === main.cause) ?? failing[0];
  const logs = first === undefined ? undefined : logsOf(facts.logs, first);
  return {
    class: failureClass,
    cause: main.cause,
    confidence: failureClass === 'unknown' ? 'low' : confidence,
    summary: summaryOf(main),
    evidence: [...new Set([main, ...others].map(({ evidence }) => evidence))].sort(byDetail).slice(0, evidenceMax),
    failing: { count: countOf(main.cause, failing.length, verdicts), of: launched },
    ...(first === undefined ? {} : { firstFailingTask: firstFailing(first) }),
    ...(logs === undefined ? {} : { logs }),
  };
}

/** Of a health check only the service's event tells the answer that was got. */
function byDetail(one: string, other: string): number {
  const tells = (evidence: string) => Number(/due to \(reason/.test(evidence));
  return tells(other) - tells(one);
}

function summaryOf({ cause, detail }: Finding): string {
  const { summary } = causeTexts[cause];
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}${detail === undefined ? '' : `: ${detail}`}.`;
}

/** Tasks that Spot took are what a Spot shortage does to a deployment. */
function countOf(cause: Cause, failed: number, verdicts: readonly TaskVerdict[]): number {
  if (cause !== 'spot_short') return failed;
  return failed + verdicts.filter((verdict) => verdict.kind === 'neutral' && verdict.by === 'spot').length;
}

/** It runs or has ended; the rest is on its way. */
function hasRun({ desiredStatus, lastStatus }: DeploymentTask): boolean {
  return lastStatus === 'RUNNING' || lastStatus === 'STOPPED' || desiredStatus === 'STOPPED';
}

function firstFailing({ task, container }: Finding): NonNullable<Diagnosis['firstFailingTask']> {
  const reason = container?.reason ?? task?.stoppedReason;
  return {
    taskArn: task?.taskArn ?? '',
    ...(task?.stoppedAtMs === undefined ? {} : { stoppedAtMs: task.stoppedAtMs }),
    ...(container === undefined ? {} : { container: container.name }),
    ...(container?.exitCode === undefined ? {} : { exitCode: container.exitCode }),
    ...(reason === undefined ? {} : { reason: quotable(reason) }),
  };
}

/** A container that never started has logged nothing. */
function logsOf(logs: readonly ContainerLog[], { task, container }: Finding): LogPlace | undefined {
  if (task === undefined || (task.startedAtMs === undefined && container?.exitCode === undefined)) return undefined;
  const names = container === undefined ? task.containers.map(({ name }) => name) : [container.name];
  const log = logs.find((one) => names.includes(one.container));
  return log === undefined ? undefined : logPlace(log, task.taskArn);
}
