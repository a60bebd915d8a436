import { describe, expect, it } from 'vitest';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';
import { createQuietTelemetry } from '../../../local/virtual/quiet-telemetry.ts';
import type { Work } from '../../../shared/decisions/work.ts';
import { PoisonError, RetryableError } from '../../../shared/errors.ts';
import type { BusEvent } from '../../../shared/ports/bus.ts';
import type { LookRequest } from '../../../shared/ports/jobs.ts';
import { type RecordReportDeps, recordReport } from '../../../shared/record-report.ts';
import { nowMs, serviceArn } from '../../builders/service-facts.ts';
import {
  aJobWork,
  aReport,
  aRequest,
  aRestorePoint,
  aSpotStop,
  askedFor,
  aWork,
  checkpointId,
  clusterArn,
  jobStack,
  taskArn,
} from '../../builders/work.ts';

const away = new RetryableError('away');

/** Reports are recorded in a ledger in memory; the bus or the ledger may be away once. */
async function aRecorder({
  work,
  busFails = false,
  ...changed
}: Partial<RecordReportDeps> & { work?: Work; busFails?: boolean } = {}) {
  const ledger = createMemoryLedger({ nowMs: () => nowMs });
  if (work !== undefined) await ledger.saveWork(work, 0);
  const events: BusEvent[] = [];
  const looks: LookRequest[] = [];
  const told: unknown[][] = [];
  let fails = busFails;
  const record = recordReport({
    ledger,
    jobs: {
      look: async (requests) => {
        looks.push(...requests);
      },
      lookLater: async () => {},
    },
    bus: {
      publish: async (published) => {
        if (fails) {
          fails = false;
          throw away;
        }
        events.push(...published);
      },
    },
    telemetry: {
      ...createQuietTelemetry(() => {}),
      checkpointReported: (...args) => told.push(args),
    },
    stackPolicy: jobStack,
    ...changed,
  });
  return { record, ledger, events, looks, told, work: async () => (await ledger.readWork(taskArn))?.work };
}

const ofService = aWork({ serviceArn, checkpoint: aRequest() });

describe('a report', () => {
  it('is noted, and told with the time that it took', async () => {
    const recorder = await aRecorder({ work: aWork({ checkpoint: aRequest() }) });
    await recorder.record(aReport());
    expect(await recorder.work()).toEqual(
      aWork({
        checkpoint: aRequest({ outcome: 'completed', settledAtMs: nowMs }),
        restorePoint: aRestorePoint({ savedAtMs: nowMs }),
      }),
    );
    expect(recorder.told).toEqual([
      [aReport(), { outcome: 'completed', durationMs: 60_000, timeLeftMs: 60_000 }, 'shop'],
    ]);
  });

  it('of a task that nothing is known of is kept for the request to come', async () => {
    const recorder = await aRecorder();
    await recorder.record(aReport());
    expect(await recorder.work()).toEqual(aWork({ restorePoint: aRestorePoint({ savedAtMs: nowMs }) }));
    expect(recorder.told).toMatchObject([[{}, { outcome: 'early' }, 'shop']]);
  });

  it('that is not of this task is told, and changes nothing', async () => {
    const recorder = await aRecorder();
    await recorder.record(aReport({ checkpointId: 'ckpt-other' }));
    expect(await recorder.work()).toBeUndefined();
    expect(recorder.told).toMatchObject([[{}, { outcome: 'unknown' }, 'shop']]);
  });

  it('is delivered again where the ledger is away', async () => {
    const fails = async (): Promise<never> => {
      throw away;
    };
    const recorder = await aRecorder({ ledger: { readWork: fails, saveWork: fails } });
    await expect(recorder.record(aReport())).rejects.toBe(away);
    expect(recorder.told).toEqual([]);
  });

  it('is judged anew where somebody else has written meanwhile', async () => {
    const memory = createMemoryLedger({ nowMs: () => nowMs });
    await memory.saveWork(aWork({ checkpoint: aRequest() }), 0);
    let isFirst = true;
    const recorder = await aRecorder({
      ledger: {
        readWork: memory.readWork,
        async saveWork(work, revision) {
          if (isFirst) {
            isFirst = false;
            await memory.saveWork(
              aWork({ checkpoint: aRequest({ outcome: 'expired', settledAtMs: nowMs }) }),
              revision,
            );
          }
          return memory.saveWork(work, revision);
        },
      },
    });
    await recorder.record(aReport());
    expect(recorder.told).toMatchObject([[{}, { outcome: 'late' }, 'shop']]);
    expect((await memory.readWork(taskArn))?.work).toMatchObject({
      checkpoint: { outcome: 'expired' },
      restorePoint: { savedAtMs: nowMs },
    });
  });
});

describe('a report with a place where no checkpoint may lie', () => {
  it('is refused: poison, and counted', async () => {
    const work = aWork({ checkpoint: aRequest({ hook: 'dump' }) });
    const recorder = await aRecorder({ work });
    const report = aReport({ uri: 's3://elsewhere/1' });
    await expect(recorder.record(report)).rejects.toThrow(
      new PoisonError(
        `checkpoint report of ${taskArn}: uri: no checkpoint may lie at s3://elsewhere/1, only at or below s3://checkpoints`,
      ),
    );
    expect(recorder.told).toEqual([[report, { outcome: 'refused' }, 'shop']]);
    expect(await recorder.work()).toEqual(work);
  });

  it('counts all the same where it says that there is nothing left to do', async () => {
    const recorder = await aRecorder({ work: aJobWork({}, { checkpoint: aRequest({ hook: 'dump' }) }) });
    const report = aReport({ uri: 's3://elsewhere/1', finished: true });
    await expect(recorder.record(report)).rejects.toThrow(PoisonError);
    expect((await recorder.work())?.finishedAtMs).toBe(nowMs);
    expect(recorder.told).toEqual([[report, { outcome: 'refused' }, 'shop']]);
  });

  it('leaves the last good place alone, although it says that there is nothing left to do', async () => {
    const restorePoint = aRestorePoint({ savedAtMs: nowMs - 10_000 });
    const recorder = await aRecorder({ work: { ...ofService, checkpoint: aRequest({ hook: 'dump' }), restorePoint } });
    const report = aReport({ uri: 's3://elsewhere/1', finished: true });
    await expect(recorder.record(report)).rejects.toThrow(PoisonError);
    expect((await recorder.work())?.restorePoint).toEqual(restorePoint);
  });

  it('is measured by the hook that was asked', async () => {
    const elsewhere = aReport({ uri: 's3://elsewhere/1' });
    const saves = await aRecorder({ work: aWork({ checkpoint: aRequest({ hook: 'save' }) }) });
    await saves.record(elsewhere);
    expect((await saves.work())?.restorePoint?.uri).toBe('s3://elsewhere/1');
  });

  it.each([
    ['before the request', undefined],
    ['for a hook that the stack no longer has', aWork({ checkpoint: aRequest({ hook: 'gone' }) })],
  ])('may be meant for any hook %s', async (_what, work) => {
    const recorder = await aRecorder({ ...(work === undefined ? {} : { work }) });
    await recorder.record(aReport({ uri: 's3://elsewhere/1' }));
    expect((await recorder.work())?.restorePoint?.uri).toBe('s3://elsewhere/1');
    await expect(recorder.record(aReport({ uri: 'https://elsewhere/1' }))).rejects.toThrow(PoisonError);
  });
});

describe('the state that a service’s task has left', () => {
  it('is told to its replacement once, however often the report comes', async () => {
    const recorder = await aRecorder({ work: ofService });
    await recorder.record(aReport());
    await recorder.record(aReport());
    expect(recorder.events).toEqual([
      {
        detailType: 'Checkpoint Available',
        resources: [serviceArn, taskArn],
        detail: {
          checkpointId,
          taskArn,
          clusterArn,
          serviceArn,
          uri: 's3://checkpoints/crunch/1',
          savedAt: '2026-03-01T12:00:00.000Z',
        },
      },
    ]);
    expect((await recorder.work())?.announced?.savedAtMs).toBe(nowMs);
    expect(recorder.told.map(([, told]) => told)).toMatchObject([{ outcome: 'completed' }, { outcome: 'duplicate' }]);
  });

  it('is told again when it is newer', async () => {
    const recorder = await aRecorder({ work: ofService });
    await recorder.record(aReport());
    await recorder.record(aReport({ reportedAtMs: nowMs + 1_000, uri: 's3://checkpoints/crunch/2' }));
    expect(recorder.events.map(({ detail }) => detail.uri)).toEqual([
      's3://checkpoints/crunch/1',
      's3://checkpoints/crunch/2',
    ]);
    expect((await recorder.work())?.announced?.savedAtMs).toBe(nowMs + 1_000);
  });

  it('is told again when it is another place of the same second', async () => {
    const recorder = await aRecorder({ work: ofService });
    await recorder.record(aReport());
    await recorder.record(aReport({ uri: 's3://checkpoints/crunch/2' }));
    expect((await recorder.work())?.restorePoint?.uri).toBe('s3://checkpoints/crunch/2');
    expect(recorder.events.map(({ detail }) => detail.uri)).toEqual([
      's3://checkpoints/crunch/1',
      's3://checkpoints/crunch/2',
    ]);
  });

  it('is told by the second delivery where the first crashed before', async () => {
    const recorder = await aRecorder({ work: ofService, busFails: true });
    await expect(recorder.record(aReport())).rejects.toBe(away);
    expect(await recorder.work()).not.toHaveProperty('announced');
    await recorder.record(aReport());
    expect(recorder.events).toHaveLength(1);
  });

  it('is not told where nothing was saved', async () => {
    const recorder = await aRecorder({ work: ofService });
    await recorder.record(aReport({ outcome: 'failed' }));
    expect(recorder.events).toEqual([]);
  });
});

describe('a job', () => {
  const stopped = aJobWork({ stop: aSpotStop() }, { checkpoint: aRequest() });

  it('that waits for the report is looked at', async () => {
    const recorder = await aRecorder({ work: stopped });
    await recorder.record(aReport());
    expect(recorder.looks).toEqual([{ taskArn, clusterArn, cause: 'report' }]);
    expect(recorder.events).toEqual([]);
  });

  it('is looked at by the second delivery too: the first may have crashed before', async () => {
    const recorder = await aRecorder({ work: stopped });
    await recorder.record(aReport());
    await recorder.record(aReport());
    expect(recorder.looks).toHaveLength(2);
  });

  it.each([
    ['still runs', aJobWork({}, { checkpoint: aRequest() })],
    ['is started again already', aJobWork({ stop: aSpotStop(), resume: askedFor() })],
  ])('that %s is not', async (_what, work) => {
    const recorder = await aRecorder({ work });
    await recorder.record(aReport());
    expect(recorder.looks).toEqual([]);
  });
});
