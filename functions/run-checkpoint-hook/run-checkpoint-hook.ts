import { PoisonError } from '../../shared/errors.ts';
import type { CheckpointReport } from '../../shared/events/facts.ts';
import { hookReply } from '../../shared/events/hook-reply.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { HookCall, Hooks } from '../../shared/ports/hooks.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';

export interface RunCheckpointHookDeps {
  readonly hooks: Hooks;
  readonly record: (report: CheckpointReport) => Promise<void>;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** A user's Lambda saves a task's state, within the time that the task has left; its reply may be the report. */
export const runCheckpointHook =
  (deps: RunCheckpointHookDeps) =>
  async ({ lambda, request }: HookCall): Promise<void> => {
    const { telemetry, clock } = deps;
    const { hook, checkpointId } = request;
    const leftMs = Date.parse(request.deadline) - clock.nowMs();
    if (leftMs <= 0) {
      telemetry.hookFailed(hook, checkpointId, 'timeout', 'the deadline was over before the hook was invoked');
      return;
    }
    const answer = await deps.hooks.invoke(lambda, request, leftMs);
    if ('failure' in answer) {
      telemetry.hookFailed(hook, checkpointId, answer.failure, answer.detail);
      return;
    }
    try {
      const report = hookReply(answer.reply, request, clock.nowMs());
      if (report !== undefined) await deps.record(report);
    } catch (error) {
      // Invoking the hook again would not mend its reply.
      if (!(error instanceof PoisonError)) throw error;
      telemetry.hookFailed(hook, checkpointId, 'reply_invalid', error.message);
    }
  };
