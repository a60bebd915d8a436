import type { DeploymentContainer, DeploymentTask } from './deployment-facts.ts';
import { type Cause, causeClasses, type DeploymentFailureClass } from './diagnosis.ts';

/**
 * How much a fact says by itself. `certain`: it names the cause. `likely`: it names the kind of failure.
 * `weak`: it can have other causes as well.
 */
export type Certainty = 'certain' | 'likely' | 'weak';

/** One fact that speaks for a cause. */
export interface Finding {
  readonly cause: Cause;
  readonly certainty: Certainty;
  /** In AWS's wording. */
  readonly evidence: string;
  readonly atMs: number;
  /** What more is known: the exit code, the alarms, the hook. */
  readonly detail?: string;
  readonly task?: DeploymentTask;
  /** The one that failed, where that is known. */
  readonly container?: DeploymentContainer;
}

export function classOf({ cause }: Pick<Finding, 'cause'>): DeploymentFailureClass {
  return causeClasses[cause];
}

/** Earliest first; the same order whatever order the facts came in. */
export function byTime(one: Finding, other: Finding): number {
  return one.atMs - other.atMs || (one.evidence < other.evidence ? -1 : Number(one.evidence > other.evidence));
}
