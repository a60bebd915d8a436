import type { CheckpointReport } from '../../shared/events/facts.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';

export interface CheckpointReportDeps {
  readonly ledger: Ledger;
  readonly telemetry: Telemetry;
}

/** A task, or its hook, says how its checkpoint went. The first report counts. */
export const onCheckpointReport =
  (deps: CheckpointReportDeps) =>
  async (report: CheckpointReport): Promise<void> => {
    deps.telemetry.checkpointReported(report, await deps.ledger.reportCheckpoint(report));
  };
