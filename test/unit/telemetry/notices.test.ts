import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEmfTelemetry } from '../../../shared/telemetry/emf-telemetry.ts';
import { aNotice } from '../../builders/events.ts';
import { nowMs } from '../../builders/service-facts.ts';
import { factsOf } from '../../builders/work.ts';

beforeEach(() => {
  // Powertools prints through the global console in development mode only, where it leaves metrics out by default.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** What is told of a notice that is handled so long after the moment of the test's builders. */
function toldOf(notice: Parameters<typeof factsOf>[0], handledAfterMs: number): Record<string, unknown> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const metrics = new Metrics({ namespace: 'Ballast' });
  createEmfTelemetry(new Logger({ logLevel: 'SILENT' }), metrics).noticeHandled(
    factsOf(notice),
    nowMs + handledAfterMs,
  );
  return Object.assign({}, ...log.mock.calls.map(([line]) => JSON.parse(String(line))));
}

describe('a notice is told to CloudWatch', () => {
  it('with what is left of its two minutes', () => {
    expect(toldOf(aNotice(), 20_000)).toMatchObject({
      Notices: 1,
      NoticeLag: 20_000,
      NoticeTimeLeft: 100,
      LateNotices: 0,
    });
  });

  it('as late when it has taken more than half a minute', () => {
    expect(toldOf(aNotice(), 30_001)).toMatchObject({ NoticeLag: 30_001, LateNotices: 1 });
  });

  it('by when the task was told to stop, where a later event of it is seen first', () => {
    const later = aNotice({ lastStatus: 'STOPPING', stoppingAt: new Date(nowMs - 40_000).toISOString() });
    expect(toldOf(later, 0)).toMatchObject({ NoticeLag: 40_000, NoticeTimeLeft: 80, LateNotices: 1 });
  });
});
