import { nameOfArn } from '../../shared/events/arn.ts';
import type { Jobs } from '../../shared/ports/jobs.ts';
import type { Enrolment } from '../../shared/ports/ledger.ts';
import type { RunningTasks } from '../../shared/ports/running-tasks.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';

export interface NewcomersDeps {
  readonly runningTasks: RunningTasks;
  readonly jobs: Jobs;
  readonly telemetry: Telemetry;
  readonly tagPrefix: string;
}

/** ListTasks shares 20 calls a second with everybody in the account. */
const listsPerPass = 20;

/**
 * Jobs that were started before their task definition was found: a pipeline registers a revision and runs it at once.
 * They are looked at, so that how they were launched is known before Spot takes them. What a crash forgets here is
 * captured at the notice, if the task lives long enough after it.
 */
export function createNewcomers({ runningTasks, jobs, telemetry, tagPrefix }: NewcomersDeps) {
  const waiting: { readonly clusterArn: string; readonly family: string }[] = [];

  const note = async (fresh: readonly Enrolment[]): Promise<void> => {
    const resumed = fresh.filter(
      ({ kind, tags }) => kind === 'task-definition' && tags[`${tagPrefix}resume`] === 'true',
    );
    const families = new Set(resumed.map(({ arn }) => nameOfArn(arn).replace(/:\d+$/, '')));
    if (families.size === 0) return;
    for (const clusterArn of await runningTasks.clusters()) {
      for (const family of families) waiting.push({ clusterArn, family });
    }
  };

  return {
    /** @param fresh enrolments that the last pass did not know. */
    async look(fresh: readonly Enrolment[]): Promise<void> {
      try {
        await note(fresh);
        for (const { clusterArn, family } of waiting.slice(0, listsPerPass)) {
          const taskArns = await runningTasks.ofFamily(clusterArn, family);
          await jobs.look(taskArns.map((taskArn) => ({ taskArn, clusterArn, cause: 'running' })));
          waiting.shift();
        }
      } catch (error) {
        telemetry.postponed('all jobs', 'ECS did not list the tasks that run already', error);
      }
    },
  };
}
