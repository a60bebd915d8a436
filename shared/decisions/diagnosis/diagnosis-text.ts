import { causeTexts } from './causes.ts';
import type { DeploymentFacts } from './deployment-facts.ts';
import type { Diagnosis } from './diagnosis.ts';
import { logPlaceText } from './log-place.ts';
import { shortened } from './quote.ts';

/** Without a link: that is never cut off. */
const lineCharactersMax = 200;

/**
 * A diagnosis in at most five lines, as one tells a colleague: what failed, why, what speaks for it, what was done, what
 * to do. It repeats AWS's messages and never what is in a task's environment.
 * @param answer what was done about it, half a sentence; `undefined` where nobody has decided yet.
 */
export function diagnosisText(diagnosis: Diagnosis, facts: DeploymentFacts, answer: string | undefined): string {
  const { summary, confidence, evidence, logs, firstFailingTask } = diagnosis;
  const [seen] = evidence;
  const done = answer ?? rolledBack(facts);
  const todo = line(`To do: ${causeTexts[diagnosis.cause].toDo}.`);
  return [
    line(whatFailed(diagnosis, facts)),
    line(`Why: ${withoutStop(summary)} (${diagnosis.class}/${diagnosis.cause}, confidence ${confidence}).`),
    ...(seen === undefined ? [] : [line(`Seen: ${withoutArns(seen)}`)]),
    ...(done === undefined ? [] : [line(`Done: ${withoutStop(done)}.`)]),
    logs === undefined ? todo : `${todo} Log: ${logPlaceText(logs, firstFailingTask?.taskArn)}`,
  ].join('\n');
}

function whatFailed(diagnosis: Diagnosis, facts: DeploymentFacts): string {
  const { serviceName, clusterArn, taskDefinition, deploymentId } = facts;
  const release = taskDefinition === undefined ? 'a release' : lastSegment(taskDefinition);
  const deployment = deploymentId === undefined ? '' : ` (deployment ${deploymentId})`;
  const verb = diagnosis.cause === 'nothing_failed' ? 'is not seen to fail' : 'does not come up';
  return `${lastSegment(clusterArn)}/${serviceName}: ${release}${deployment} ${verb}: ${counts(diagnosis, facts)}.`;
}

function counts(diagnosis: Diagnosis, { desiredCount, runningCount }: DeploymentFacts): string {
  const { count, of } = diagnosis.failing;
  if (count > 0 && diagnosis.class !== 'capacity') return `${count} of ${tasks(of)} failed in this way`;
  // A deployment that was taken back wants no tasks any more.
  if (desiredCount > 0) return `${runningCount} of ${tasks(desiredCount)} ${runningCount === 1 ? 'runs' : 'run'}`;
  return of === 0 ? 'no task of it was seen' : `${tasks(of)} of it ${of === 1 ? 'was' : 'were'} seen`;
}

function tasks(count: number): string {
  return count === 1 ? '1 task' : `${count} tasks`;
}

function rolledBack({ rollbackDeploymentId }: DeploymentFacts): string | undefined {
  return rollbackDeploymentId === undefined ? undefined : `it is rolled back by deployment ${rollbackDeploymentId}`;
}

function lastSegment(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** What is before the name in an ARN everybody who reads this knows. */
function withoutArns(text: string): string {
  return text.replace(/\barn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d*:/g, '');
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

function line(text: string): string {
  return shortened(text, lineCharactersMax);
}
