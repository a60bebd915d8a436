import type { DeploymentContainer } from './deployment-facts.ts';
import type { Cause } from './diagnosis.ts';
import type { Reading } from './wordings.ts';

/** Put into tasks by GuardDuty, never essential. */
const injected = /^aws-guardduty-agent-/;

/** What others can end: 128 + SIGKILL and 128 + SIGTERM. */
const bySignal: ReadonlyMap<number, Cause> = new Map([
  [137, 'killed'],
  [143, 'terminated'],
]);

/** By the conventions of shells and of the kernel: 126 and 127 not executable and not found, 139 = 128 + SIGSEGV. */
const telling: ReadonlyMap<number, Cause> = new Map([
  [126, 'command_not_found'],
  [127, 'command_not_found'],
  [139, 'segmentation_fault'],
]);

/** The containers that somebody wrote into the task definition. */
export function ownContainers(containers: readonly DeploymentContainer[]): readonly DeploymentContainer[] {
  return containers.filter(({ name }) => !injected.test(name));
}

/**
 * The container that ended the task. One that exits with an error of its own comes before those that the end of the
 * task takes along: they get SIGTERM, then SIGKILL. Where all that failed were ended by a signal and one left with 0,
 * that one was first if the others followed on SIGTERM; SIGKILL tells nothing about who was first.
 */
export function endingContainer(containers: readonly DeploymentContainer[]): DeploymentContainer | undefined {
  const ended = ownContainers(containers)
    .filter(({ exitCode }) => exitCode !== undefined)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const zero = ended.find(({ exitCode }) => exitCode === 0);
  return (
    ended.find(({ exitCode }) => exitCode !== 0 && !bySignal.has(exitCode ?? 0)) ??
    ended.find(({ exitCode }) => exitCode === 137) ??
    zero ??
    ended[0]
  );
}

/**
 * What an exit code says by itself. 137 is SIGKILL from anybody: the kernel out of memory, or whoever stops the task;
 * without a word about memory it proves nothing.
 */
export function exitCodeReading(exitCode: number): Reading {
  if (exitCode === 0) return { cause: 'exited_zero', certainty: 'likely' };
  const signalled = bySignal.get(exitCode);
  if (signalled !== undefined) return { cause: signalled, certainty: 'weak' };
  return { cause: telling.get(exitCode) ?? 'exit_code', certainty: 'certain' };
}
