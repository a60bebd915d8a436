import type { ReplayPolicy } from './policy.ts';
import { playAll, type Row } from './result.ts';
import type { LaunchTimes, ReplaySettings } from './settings.ts';
import type { Trace } from './trace.ts';

/** Assumptions about AWS that nobody promises; the 95th percentile of a launch is twice its median. */
const medianSeconds = [30, 60, 90, 150];
const stopTimeoutSeconds = [30, 120];
const lostNoticeShares = [0, 0.01, 0.05];

export interface SweepRow {
  readonly trace: string;
  readonly launch: LaunchTimes;
  readonly stopTimeoutMs: number;
  readonly lostNoticeShare: number;
  /** The optimum first. */
  readonly policies: readonly Row[];
}

/** Every trace under every policy and every set of assumptions. */
export function sweep(
  traces: readonly Trace[],
  policies: readonly ReplayPolicy[],
  settings: ReplaySettings,
): SweepRow[] {
  return traces.flatMap((trace) =>
    assumptions().map((assumed) => ({
      trace: trace.name,
      ...assumed,
      policies: playAll(trace, policies, { ...settings, ...assumed }).rows.map((row) => ({ ...row, samples: [] })),
    })),
  );
}

function assumptions(): Pick<ReplaySettings, 'launch' | 'stopTimeoutMs' | 'lostNoticeShare'>[] {
  return medianSeconds.flatMap((median) =>
    stopTimeoutSeconds.flatMap((stopTimeout) =>
      lostNoticeShares.map((lostNoticeShare) => ({
        launch: { medianMs: median * 1_000, p95Ms: median * 2_000 },
        stopTimeoutMs: stopTimeout * 1_000,
        lostNoticeShare,
      })),
    ),
  );
}
