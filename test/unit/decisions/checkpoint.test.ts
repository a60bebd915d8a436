import { describe, expect, it } from 'vitest';
import {
  availableEvent,
  checkpointRequest,
  claimed,
  deadlineMsOf,
  expired,
  isToAnnounce,
  type NamedHook,
  published,
  requestedEvent,
} from '../../../shared/decisions/checkpoint.ts';
import { reported } from '../../../shared/decisions/report.ts';
import type { Work } from '../../../shared/decisions/work.ts';
import { aNotice } from '../../builders/events.ts';
import { nowMs, serviceArn } from '../../builders/service-facts.ts';
import {
  aJobNotice,
  aJobWork,
  aReport,
  aRequest,
  aRestorePoint,
  aWork,
  checkpointId,
  clusterArn,
  factsOf,
  taskArn,
} from '../../builders/work.ts';

const save: NamedHook = { name: 'save', waitMs: 15_000 };
const notice = aJobNotice();

const claim = (work: Work | undefined, atMs = nowMs) => claimed(work, notice, undefined, save, atMs);

/** The work that the claim is on; without one the test is wrong. */
function claimedWork(work?: Work, atMs = nowMs): Work {
  const claimedNow = claim(work, atMs);
  if (claimedNow === undefined) throw new Error('there is no claim');
  return claimedNow;
}

describe('the claim to ask for a checkpoint', () => {
  it('is taken by the first notice, with two minutes from its event', () => {
    expect(claim(undefined)).toStrictEqual({
      taskArn,
      clusterArn,
      checkpoint: {
        hook: 'save',
        requestedAtMs: nowMs,
        deadlineMs: nowMs + 120_000,
        claimedUntilMs: nowMs + 10_000,
      },
    });
  });

  it('counts from the moment at which the task began to stop, where the notice tells it', () => {
    const stopping = aJobNotice({ stoppingAt: '2026-03-01T11:59:55Z' });
    expect(deadlineMsOf(stopping)).toBe(nowMs + 115_000);
    expect(claimed(undefined, stopping, undefined, save, nowMs)?.checkpoint).toMatchObject({
      requestedAtMs: nowMs - 5_000,
      deadlineMs: nowMs + 115_000,
    });
  });

  it('notes the service that the task belongs to', () => {
    const ofService = factsOf(aNotice());
    expect(claimed(undefined, ofService, serviceArn, save, nowMs)?.serviceArn).toBe(serviceArn);
  });

  it('keeps what is known of the task', () => {
    const work = aJobWork({ attempt: 2 }, { inherited: aRestorePoint(), restorePoint: aRestorePoint() });
    expect(claim(work)).toMatchObject(work);
  });

  it('is held for ten seconds: nobody else asks meanwhile', () => {
    expect(claim(claimedWork(), nowMs + 9_999)).toBeUndefined();
  });

  it('lapses, so that a crash before the publishing loses nothing', () => {
    expect(claim(claimedWork(), nowMs + 10_000)?.checkpoint).toStrictEqual({
      hook: 'save',
      requestedAtMs: nowMs,
      deadlineMs: nowMs + 120_000,
      claimedUntilMs: nowMs + 20_000,
    });
  });

  it('keeps its times when a later event of the stopping task takes it over', () => {
    const later = aJobNotice({ lastStatus: 'DEPROVISIONING', stoppingAt: '2026-03-01T12:00:10Z' });
    expect(claimed(claimedWork(), later, undefined, save, nowMs + 15_000)?.checkpoint).toMatchObject({
      requestedAtMs: nowMs,
      deadlineMs: nowMs + 120_000,
    });
  });

  it('is none once the request is out', () => {
    expect(claim(published(claimedWork(), nowMs + 100), nowMs + 60_000)).toBeUndefined();
  });

  it('is none for a notice that comes again when the two minutes are over', () => {
    expect(claim(undefined, nowMs + 119_999)).toBeDefined();
    expect(claim(undefined, nowMs + 120_000)).toBeUndefined();
    expect(claim(undefined, nowMs + 86_400_000)).toBeUndefined();
  });

  it('adopts an answer that has overtaken the question', () => {
    const saved = aRestorePoint({ savedAtMs: nowMs - 2_000 });
    expect(claim(aWork({ restorePoint: saved }))?.checkpoint).toMatchObject({
      outcome: 'completed',
      settledAtMs: nowMs - 2_000,
    });
  });

  it('takes no state that was saved before the notice for the answer', () => {
    const saved = aRestorePoint({ savedAtMs: nowMs - 2_001 });
    expect(claim(aWork({ restorePoint: saved }))?.checkpoint).not.toHaveProperty('outcome');
  });

  it('adopts a failure that has overtaken the question, unless a state was saved', () => {
    const earlyFailure = { reportedAtMs: nowMs - 2_000, reason: 'disk full' };
    expect(claim(aWork({ earlyFailure }))?.checkpoint).toMatchObject({
      outcome: 'failed',
      settledAtMs: nowMs - 2_000,
      reason: 'disk full',
    });
    const saved = aRestorePoint({ savedAtMs: nowMs - 1_000 });
    expect(claim(aWork({ earlyFailure, restorePoint: saved }))?.checkpoint?.outcome).toBe('completed');
    const older = { reportedAtMs: nowMs - 2_001 };
    expect(claim(aWork({ earlyFailure: older }))?.checkpoint).not.toHaveProperty('outcome');
  });

  it.each([
    ['completed', {}],
    ['failed', { reason: 'disk full' }],
  ] as const)('keeps a report that came between a claim that lapsed and this one: %s', (outcome, told) => {
    const report = aReport({ outcome, reportedAtMs: nowMs + 5_000, ...told });
    const answered = reported(claimedWork(), report, clusterArn).work;
    expect(claim(answered, nowMs + 15_000)?.checkpoint).toStrictEqual({
      hook: 'save',
      requestedAtMs: nowMs,
      deadlineMs: nowMs + 120_000,
      claimedUntilMs: nowMs + 25_000,
      outcome,
      settledAtMs: nowMs + 5_000,
      ...told,
    });
  });
});

describe('a request', () => {
  it('is noted as published once', () => {
    const out = published(claimedWork(), nowMs + 100);
    expect(out.checkpoint?.publishedAtMs).toBe(nowMs + 100);
    expect(published(out, nowMs + 200)).toBe(out);
    const none = aWork();
    expect(published(none, nowMs)).toBe(none);
  });

  it('that nobody answers expires', () => {
    expect(expired(aWork({ checkpoint: aRequest() }), nowMs)).toEqual(
      aWork({ checkpoint: aRequest({ outcome: 'expired', settledAtMs: nowMs }) }),
    );
  });

  it.each([
    ['is answered', aWork({ checkpoint: aRequest({ outcome: 'failed', settledAtMs: nowMs - 1_000 }) })],
    ['was never made', aWork()],
  ])('that %s does not', (_what, work) => {
    expect(expired(work, nowMs)).toBe(work);
  });
});

describe('Checkpoint Requested', () => {
  it('tells a job where to write and until when', () => {
    const hook: NamedHook = { name: 'dump', uri: 's3://checkpoints', waitMs: 30_000 };
    const work = aJobWork(
      { attempt: 2 },
      { checkpoint: aRequest({ requestedAtMs: nowMs, deadlineMs: nowMs + 120_000 }) },
    );
    const detail = {
      checkpointId: 'ckpt-0123456789abcdef0123456789abcdef',
      hook: 'dump',
      taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
      group: 'family:crunch',
      containers: [{ name: 'crunch', privateIpv4Addresses: ['10.0.1.163'] }],
      attempt: 2,
      uriPrefix: 's3://checkpoints/shop/ckpt-0123456789abcdef0123456789abcdef/',
      noticeAt: '2026-03-01T12:00:00.000Z',
      deadline: '2026-03-01T12:02:00.000Z',
    };
    const request = checkpointRequest(work, notice, hook);
    expect(request).toStrictEqual(detail);
    expect(requestedEvent(request)).toStrictEqual({
      detailType: 'Checkpoint Requested',
      resources: ['arn:aws:ecs:us-east-1:111122223333:task/shop/0123456789abcdef0123456789abcdef'],
      detail,
    });
  });

  it('names the service of a task, and no place where the hook has none', () => {
    const work = aWork({ serviceArn, checkpoint: aRequest({ requestedAtMs: nowMs, deadlineMs: nowMs + 120_000 }) });
    const request = checkpointRequest(work, factsOf(aNotice()), save);
    expect(requestedEvent(request)).toStrictEqual({
      detailType: 'Checkpoint Requested',
      resources: [
        'arn:aws:ecs:us-east-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
        'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
      ],
      detail: {
        checkpointId: 'ckpt-0123456789abcdef0123456789abcdef',
        hook: 'save',
        taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
        clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
        serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
        group: 'service:web',
        containers: [
          { name: 'web', privateIpv4Addresses: ['10.0.1.163'] },
          { name: 'aws-guardduty-agent-nm40lC', privateIpv4Addresses: [] },
        ],
        attempt: 0,
        noticeAt: '2026-03-01T12:00:00.000Z',
        deadline: '2026-03-01T12:02:00.000Z',
      },
    });
  });

  it('says the same when it is published again', () => {
    const first = claimedWork();
    const again = claimedWork(first, nowMs + 15_000);
    expect(checkpointRequest(again, notice, save)).toStrictEqual(checkpointRequest(first, notice, save));
  });
});

describe('Checkpoint Available', () => {
  const saved = aWork({
    serviceArn,
    checkpoint: aRequest({ outcome: 'completed' }),
    restorePoint: aRestorePoint({ savedAtMs: nowMs }),
  });

  it('tells the replacement where the state lies', () => {
    expect(availableEvent(saved)).toStrictEqual({
      detailType: 'Checkpoint Available',
      resources: [
        'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
        'arn:aws:ecs:us-east-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
      ],
      detail: {
        checkpointId: 'ckpt-0123456789abcdef0123456789abcdef',
        taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
        clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
        serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/web',
        uri: 's3://checkpoints/crunch/1',
        savedAt: '2026-03-01T12:00:00.000Z',
      },
    });
  });

  it('has no place where the tasks know it by themselves', () => {
    const { detail } = availableEvent({ ...saved, restorePoint: { checkpointId, savedAtMs: nowMs } });
    expect(detail).not.toHaveProperty('uri');
    expect(detail).toMatchObject({ savedAt: '2026-03-01T12:00:00.000Z' });
  });

  const { serviceArn: _service, ...ofNoService } = saved;
  const { checkpoint: _request, ...notAsked } = saved;
  const { restorePoint: _point, ...notSaved } = saved;
  const requestedAtMs = nowMs - 60_000;
  it.each<[string, boolean, Work]>([
    ['is told once a state answers the notice', true, saved],
    [
      'is told of what was saved, although the last word is that it failed',
      true,
      { ...saved, checkpoint: aRequest({ outcome: 'failed' }) },
    ],
    ['is told of a newer state again', true, { ...saved, announced: aRestorePoint({ savedAtMs: nowMs - 1 }) }],
    [
      'is told once',
      false,
      { ...saved, ...(saved.restorePoint === undefined ? {} : { announced: saved.restorePoint }) },
    ],
    ['is for tasks of services: a job is told when it is started', false, ofNoService],
    ['waits for the notice', false, notAsked],
    ['needs a state', false, notSaved],
    [
      'is told of a state as old as the notice may be late',
      true,
      { ...saved, restorePoint: aRestorePoint({ savedAtMs: requestedAtMs - 2_000 }) },
    ],
    [
      'is not told of what was saved long before the notice',
      false,
      { ...saved, restorePoint: aRestorePoint({ savedAtMs: requestedAtMs - 2_001 }) },
    ],
  ])('%s', (_what, isTold, work) => {
    expect(isToAnnounce(work)).toBe(isTold);
  });
});
