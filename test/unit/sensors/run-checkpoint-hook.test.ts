import { describe, expect, it } from 'vitest';
import {
  type RunCheckpointHookDeps,
  runCheckpointHook,
} from '../../../functions/run-checkpoint-hook/run-checkpoint-hook.ts';
import { createQuietTelemetry } from '../../../local/virtual/quiet-telemetry.ts';
import { PoisonError, RetryableError } from '../../../shared/errors.ts';
import type { CheckpointReport } from '../../../shared/events/facts.ts';
import type { CheckpointRequestDetail, HookAnswer, HookFailure } from '../../../shared/ports/hooks.ts';
import { nowMs } from '../../builders/service-facts.ts';
import { checkpointId, clusterArn, taskArn } from '../../builders/work.ts';

const request: CheckpointRequestDetail = {
  checkpointId,
  hook: 'dump',
  taskArn,
  clusterArn,
  containers: [],
  attempt: 0,
  noticeAt: '2026-03-01T12:00:00.000Z',
  deadline: '2026-03-01T12:02:00.000Z',
};

/** A hook that answers so, five seconds after the notice. */
function aHook(answer: HookAnswer, changed: Partial<RunCheckpointHookDeps> = {}) {
  const invoked: unknown[][] = [];
  const reports: CheckpointReport[] = [];
  const failed: unknown[][] = [];
  const run = runCheckpointHook({
    hooks: {
      invoke: async (...args) => {
        invoked.push(args);
        return answer;
      },
    },
    record: async (report) => {
      reports.push(report);
    },
    telemetry: { ...createQuietTelemetry(() => {}), hookFailed: (...args) => failed.push(args) },
    clock: { nowMs: () => nowMs + 5_000 },
    ...changed,
  });
  return { call: () => run({ lambda: 'dump-state', request }), invoked, reports, failed };
}

describe('a hook', () => {
  it('is invoked with the request, for as long as the task has', async () => {
    const hook = aHook({ reply: 'null' });
    await hook.call();
    expect(hook.invoked).toEqual([['dump-state', request, 115_000]]);
  });

  it('is not invoked when the deadline is over', async () => {
    for (const atMs of [nowMs + 120_000, nowMs + 86_400_000]) {
      const hook = aHook({ reply: 'null' }, { clock: { nowMs: () => atMs } });
      await hook.call();
      expect(hook.invoked).toEqual([]);
      expect(hook.failed).toEqual([
        ['dump', checkpointId, 'timeout', 'the deadline was over before the hook was invoked'],
      ]);
    }
  });

  it('reports by its reply', async () => {
    const hook = aHook({ reply: '{"outcome":"completed","uri":"s3://checkpoints/1","finished":true}' });
    await hook.call();
    expect(hook.reports).toEqual([
      {
        eventId: 'hook/ckpt-0123456789abcdef0123456789abcdef',
        reportedAtMs: nowMs + 5_000,
        checkpointId,
        taskArn,
        outcome: 'completed',
        uri: 's3://checkpoints/1',
        finished: true,
      },
    ]);
    expect(hook.failed).toEqual([]);
  });

  it.each(['null', '{}', '{"saved":3}'])('may report later, or never: %s', async (reply) => {
    const hook = aHook({ reply });
    await hook.call();
    expect(hook.reports).toEqual([]);
    expect(hook.failed).toEqual([]);
  });
});

/** One row per failure, and the type says that none is forgotten; what a reply may not be is tested below. */
const failures: Record<Exclude<HookFailure, 'reply_invalid'>, string> = {
  timeout: 'Invoke: TimeoutError',
  error: 'disk full',
  throttled: 'Invoke: TooManyRequestsException',
  refused: 'Invoke: AccessDeniedException',
  reply_too_large: '70000 bytes, at most 65536 are read',
};

describe('a hook that fails', () => {
  // Object.entries forgets that the keys are failures.
  it.each(Object.entries(failures) as [HookFailure, string][])(
    'is told and not invoked again: %s',
    async (failure, detail) => {
      const hook = aHook({ failure, detail });
      await hook.call();
      expect(hook.failed).toEqual([['dump', checkpointId, failure, detail]]);
      expect(hook.reports).toEqual([]);
    },
  );

  it.each([
    ['{', 'hook reply: not JSON (1 characters)'],
    ['{"outcome":"done"}', 'hook reply: outcome: must be completed or failed'],
    ['{"outcome":"completed","uri":"/tmp/1"}', 'hook reply: uri: must be a URI like s3://bucket/checkpoints/1'],
  ])('is told where its reply is none: %s', async (reply, detail) => {
    const hook = aHook({ reply });
    await hook.call();
    expect(hook.failed).toEqual([['dump', checkpointId, 'reply_invalid', detail]]);
    expect(hook.reports).toEqual([]);
  });

  it('is told where it names a place where no checkpoint may lie', async () => {
    const hook = aHook(
      { reply: '{"outcome":"completed","uri":"s3://elsewhere/1"}' },
      {
        record: async () => {
          throw new PoisonError('uri: only at or below s3://checkpoints');
        },
      },
    );
    await hook.call();
    expect(hook.failed).toEqual([['dump', checkpointId, 'reply_invalid', 'uri: only at or below s3://checkpoints']]);
  });
});

it('is called again where its report cannot be recorded', async () => {
  const away = new RetryableError('DynamoDB is away');
  const hook = aHook(
    { reply: '{"outcome":"completed"}' },
    {
      record: async () => {
        throw away;
      },
    },
  );
  await expect(hook.call()).rejects.toBe(away);
  expect(hook.failed).toEqual([]);
});
