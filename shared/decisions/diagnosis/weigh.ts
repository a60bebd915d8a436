import type { DeploymentFacts } from './deployment-facts.ts';
import { causeClasses, type Diagnosis, deploymentFailureClasses } from './diagnosis.ts';
import { byTime, classOf, type Finding } from './finding.ts';
import { mainShortage } from './shortage.ts';
import type { TaskVerdict } from './task-verdict.ts';

/** What the tasks, the service's events and its targets say together. */
export interface Weighed {
  readonly main: Finding;
  /** What else is to be told, the most telling first. */
  readonly others: readonly Finding[];
  readonly confidence: Diagnosis['confidence'];
}

export interface Facts {
  readonly verdicts: readonly TaskVerdict[];
  /** From service events, targets, placement failures and the symptom. */
  readonly said: readonly Finding[];
}

/**
 * Weighs own failures against a shortage. The deployment's own failures win where at least two of its tasks failed so,
 * or where none runs healthily: a release that does not work fails whether there is room or not, one task that failed
 * in a release that works otherwise does not keep it from coming up. A Spot stop alone speaks for a shortage only where
 * nothing failed by itself; so tasks that others stopped never change a class.
 * @returns undefined where nothing known speaks for anything.
 */
export function weigh(facts: DeploymentFacts, { verdicts, said }: Facts): Weighed | undefined {
  const healthy = healthyCount(facts, verdicts);
  const ofTasks = verdicts.flatMap((verdict) => (verdict.kind === 'failed' ? [verdict.finding] : [])).sort(byTime);
  const shortages = [...ofTasks, ...said].filter((one) => classOf(one) === 'capacity').sort(byTime);
  const own = ofTasks.filter((one) => isOwn(one));
  const ownSaid = said.filter((one) => isOwn(one)).sort(byTime);
  const unclear = ofTasks.filter((one) => classOf(one) === 'unknown');
  const unclearCount = unclear.length + verdicts.filter(({ kind }) => kind === 'unexplained').length;
  const isShort = shortages.length > 0 && isStillShort(facts, verdicts);

  const strong = own.filter(({ certainty }) => certainty !== 'weak');
  if (wins(strong.length, healthy)) return beside(ofOwn(own, { isSaid: false, healthy, unclearCount }), ownSaid);
  // ECS tells an event once for many occurrences: one is enough.
  const strongSaid = ownSaid.filter(({ certainty }) => certainty !== 'weak');
  if (strong.length === 0 && strongSaid.length > 0 && (!isShort || healthy === 0)) {
    return ofOwn(ownSaid, { isSaid: true, healthy, unclearCount });
  }
  if (isShort) {
    // What failed in no known way may be the release as well: then nobody can say that room would help.
    return wins(unclearCount, healthy) ? ofUnclear(unclear, said) : ofShortage(shortages, own.length + unclearCount);
  }
  if (own.length > 0) return ofOwn(own, { isSaid: false, healthy, unclearCount });
  if (unclearCount > 0) return ofUnclear(unclear, said);
  return ownSaid.length > 0 ? ofOwn(ownSaid, { isSaid: true, healthy, unclearCount }) : ofSpotStops(facts, verdicts);
}

/** AWS's own errors; where no wording at all is known there is nothing to weigh. */
function ofUnclear([main, ...others]: readonly Finding[], said: readonly Finding[]): Weighed | undefined {
  return main === undefined ? undefined : { main, others: [...others, ...said], confidence: 'low' };
}

/** What events and targets say of the same, as further evidence. */
function beside(weighed: Weighed | undefined, said: readonly Finding[]): Weighed | undefined {
  if (weighed === undefined) return undefined;
  const same = said.filter((one) => classOf(one) === classOf(weighed.main) && one.certainty !== 'weak');
  return { ...weighed, others: [...same, ...weighed.others] };
}

function wins(failedCount: number, healthy: number): boolean {
  return failedCount >= 2 || (failedCount === 1 && healthy === 0);
}

function isOwn(finding: Finding): boolean {
  return !['capacity', 'unknown'].includes(classOf(finding));
}

function healthyCount({ runningCount, unhealthyTargets }: DeploymentFacts, verdicts: readonly TaskVerdict[]): number {
  const alive = verdicts.filter((verdict) => verdict.kind === 'alive');
  const unhealthy = unhealthyTargets.filter(({ state }) => state === 'unhealthy').length;
  // Of a large service the tasks may not all be known.
  const running = alive.length === 0 ? runningCount : alive.filter(({ isHealthy }) => isHealthy).length;
  return Math.max(0, running - unhealthy);
}

/** What was missing has come: the deployment runs all that it is to run. A failed one is not to run anything any more. */
function isStillShort(facts: DeploymentFacts, verdicts: readonly TaskVerdict[]): boolean {
  if (facts.rolloutState === 'COMPLETED') return false;
  if (facts.rolloutState === 'FAILED' || facts.desiredCount === 0) return true;
  const alive = verdicts.filter(({ kind }) => kind === 'alive').length;
  return Math.max(alive, facts.runningCount) < facts.desiredCount;
}

interface Circumstances {
  readonly isSaid: boolean;
  readonly healthy: number;
  readonly unclearCount: number;
}

/**
 * The class with the most failures, and in it the cause with the most.
 * High: a fact that names the cause, at least two tasks that failed in this way (or an event, and no healthy task), and
 * nothing that failed in another way. Medium: the same where it names only the kind of failure, or where fewer failed in
 * another way; or one task with such a fact, no healthy task, and nothing else. Low: anything else.
 */
function ofOwn(findings: readonly Finding[], circumstances: Circumstances): Weighed | undefined {
  const sure = findings.filter(({ certainty }) => certainty !== 'weak');
  const [main, ...rest] = ranked(sure.length > 0 ? sure : findings);
  if (main === undefined) return undefined;
  const inClass = findings.filter((one) => classOf(one) === classOf(main));
  const elsewhere = findings.length - inClass.length + circumstances.unclearCount;
  return {
    main: isLoop(main, inClass) ? { ...main, cause: 'crash_loop' } : main,
    others: [...rest, ...findings.filter((one) => one !== main && !rest.includes(one))],
    confidence: confidenceOf(main, inClass.length, elsewhere, circumstances),
  };
}

function confidenceOf(
  { certainty }: Finding,
  count: number,
  elsewhere: number,
  { isSaid, healthy }: Circumstances,
): Diagnosis['confidence'] {
  if (certainty === 'weak' || elsewhere >= count) return 'low';
  const isAlone = elsewhere === 0;
  if (count >= 2 || isSaid) {
    if (isSaid && healthy > 0) return 'medium';
    return certainty === 'certain' && isAlone ? 'high' : 'medium';
  }
  return certainty === 'certain' && isAlone && healthy === 0 ? 'medium' : 'low';
}

/** The most frequent class first, in it the most frequent cause, of that the surest; never by the order of the facts. */
function ranked(findings: readonly Finding[]): readonly Finding[] {
  const ofClass = Map.groupBy(findings, classOf);
  const ofCause = Map.groupBy(findings, ({ cause }) => cause);
  const size = (group: readonly Finding[] | undefined) => group?.length ?? 0;
  return findings.toSorted(
    (one, other) =>
      size(ofClass.get(classOf(other))) - size(ofClass.get(classOf(one))) ||
      deploymentFailureClasses.indexOf(classOf(one)) - deploymentFailureClasses.indexOf(classOf(other)) ||
      size(ofCause.get(other.cause)) - size(ofCause.get(one.cause)) ||
      causes.indexOf(one.cause) - causes.indexOf(other.cause) ||
      Number(other.certainty === 'certain') - Number(one.certainty === 'certain') ||
      byTime(one, other),
  );
}

const causes = Object.keys(causeClasses);

/** Tasks that end with an error as often as they are started: from the third on it is a loop. */
const loopTasksMin = 3;

function isLoop(main: Finding, inClass: readonly Finding[]): boolean {
  return main.cause === 'exit_code' && inClass.filter(({ cause }) => cause === 'exit_code').length >= loopTasksMin;
}

function ofShortage(shortages: readonly Finding[], failuresBeside: number): Weighed | undefined {
  const main = mainShortage(shortages);
  if (main === undefined) return undefined;
  const sure = main.certainty === 'certain' ? 'high' : 'medium';
  const confidence = main.certainty === 'weak' || failuresBeside > 1 ? 'low' : failuresBeside > 0 ? 'medium' : sure;
  return { main, others: shortages.filter((one) => one !== main), confidence };
}

/** Spot takes tasks and gives none back: what is missing is missing for that. */
function ofSpotStops(facts: DeploymentFacts, verdicts: readonly TaskVerdict[]): Weighed | undefined {
  const stops = verdicts.filter((verdict) => verdict.kind === 'neutral' && verdict.by === 'spot').length;
  const isFailed = facts.rolloutState === 'FAILED';
  // A failed deployment has lost its desired count; as many stops as ECS counts failures explain it.
  if (stops === 0 || (isFailed ? stops < facts.failedTasks : facts.desiredCount === 0)) return undefined;
  if (!isStillShort(facts, verdicts)) return undefined;
  const evidence = `${stops} ${stops === 1 ? 'task' : 'tasks'}: SpotInterruption, "Your Spot Task was interrupted."`;
  const main: Finding = { cause: 'spot_short', certainty: 'likely', evidence, atMs: 0 };
  return { main, others: [], confidence: isFailed ? 'low' : 'medium' };
}
