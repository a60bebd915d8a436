import { changeWork } from './change-work.ts';
import { announcedAs, availableEvent, isToAnnounce } from './decisions/checkpoint.ts';
import { uriProblem } from './decisions/checkpoint-uri.ts';
import { finishedBy, type Reported, reported } from './decisions/report.ts';
import type { Work } from './decisions/work.ts';
import { PoisonError } from './errors.ts';
import { clusterArnOfTask, nameOfArn } from './events/arn.ts';
import type { CheckpointReport } from './events/facts.ts';
import type { StackPolicy } from './policy/policy.ts';
import type { Bus } from './ports/bus.ts';
import type { Jobs } from './ports/jobs.ts';
import type { Ledger } from './ports/ledger.ts';
import type { Telemetry } from './ports/telemetry.ts';

export interface RecordReportDeps {
  readonly ledger: Pick<Ledger, 'readWork' | 'saveWork'>;
  readonly jobs: Jobs;
  readonly bus: Bus;
  readonly telemetry: Telemetry;
  readonly stackPolicy: Pick<StackPolicy, 'hooks'>;
}

/**
 * A task, or a hook for it, says how its checkpoint went: noted, told to the replacement of a service's task, and to a
 * job that waits for it.
 * @throws PoisonError when the report's URI lies where no checkpoint may lie.
 */
export const recordReport =
  (deps: RecordReportDeps) =>
  async (report: CheckpointReport): Promise<void> => {
    const { ledger, telemetry } = deps;
    const clusterArn = clusterArnOfTask(report.taskArn);
    const clusterName = nameOfArn(clusterArn);
    let outcome: Reported = { told: { outcome: 'unknown' } };
    let problem: string | undefined;
    const { work } = await changeWork(ledger, report.taskArn, (before) => {
      problem = report.uri === undefined ? undefined : uriProblem(report.uri, hooksFor(deps, before));
      // That there is nothing left to do counts, wherever the last state lies.
      if (problem !== undefined) return report.finished === true ? finishedBy(before, report, clusterArn) : undefined;
      outcome = reported(before, report, clusterArn);
      return outcome.work;
    });
    if (problem !== undefined) {
      telemetry.checkpointReported(report, { outcome: 'refused' }, clusterName);
      throw new PoisonError(`checkpoint report of ${report.taskArn}: uri: ${problem}`);
    }
    telemetry.checkpointReported(report, outcome.told, clusterName);
    if (work === undefined) return;
    await announce(deps, work);
    if (work.job?.stop !== undefined && work.job.resume === undefined) {
      await deps.jobs.look([{ taskArn: work.taskArn, clusterArn: work.clusterArn, cause: 'report' }]);
    }
  };

/** A report that comes before the request may be meant for any hook. */
function hooksFor({ stackPolicy: { hooks } }: RecordReportDeps, work: Work | undefined) {
  const own = work?.checkpoint === undefined ? undefined : hooks[work.checkpoint.hook];
  return own === undefined ? Object.values(hooks) : [own];
}

/** Published before it is noted: after a crash in between it is told twice. */
async function announce({ ledger, bus }: RecordReportDeps, work: Work): Promise<void> {
  if (!isToAnnounce(work)) return;
  await bus.publish([availableEvent(work)]);
  await changeWork(ledger, work.taskArn, (before) =>
    before === undefined ? undefined : announcedAs(before, work.restorePoint),
  );
}
