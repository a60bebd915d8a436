import { setTimeout as wait } from 'node:timers/promises';
import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from '@aws-sdk/client-lambda';
import { RetryableError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { HookAnswer, HookFailure, Hooks } from '../ports/hooks.ts';
import { translated } from './aws-errors.ts';

/** A report needs a fraction of it; Lambda lets a function reply 6 MB. */
const replyBytesMax = 65_536;
const detailCharactersMax = 200;
/** Waits between tries double from the first to the second. */
const backoffMs = { first: 250, max: 2_000 };
/** Lambda lets no function run longer; a timer that is set to more than 2³¹ ms would fire at once. */
const runMsMax = 900_000;
/** The SDK calls refused and broken connections a TimeoutError too. */
const timeoutNames = ['AbortError', 'TimeoutError'];

/**
 * AWS Lambda behind the port. What may pass is tried again while there is time, so that a function may be invoked twice
 * for one checkpoint; the queue in front of the hooks delivers at least once as well.
 * @param sleep waits for so many milliseconds.
 */
export function createLambdaHooks(
  client: Pick<LambdaClient, 'send'>,
  clock: Clock,
  sleep: (ms: number) => Promise<unknown> = wait,
): Hooks {
  return {
    async invoke(lambda, request, withinMs) {
      if (!(withinMs > 0)) return { failure: 'timeout', detail: 'Invoke: no time is left' };
      const untilMs = clock.nowMs() + withinMs;
      const abortSignal = AbortSignal.timeout(Math.min(runMsMax, Math.ceil(withinMs)));
      const Payload = JSON.stringify(request);
      for (let waitMs = backoffMs.first; ; waitMs = Math.min(backoffMs.max, 2 * waitMs)) {
        try {
          const command = new InvokeCommand({ FunctionName: lambda, InvocationType: 'RequestResponse', Payload });
          return answerOf(await translated('Invoke', () => client.send(command, { abortSignal })));
        } catch (error) {
          const { mayPass, ...failed } = failureOf(error);
          if (!mayPass || clock.nowMs() + waitMs >= untilMs) return failed;
        }
        await sleep(waitMs);
      }
    },
  };
}

function answerOf({ FunctionError, Payload }: InvokeCommandOutput): HookAnswer {
  const bytes = Payload?.byteLength ?? 0;
  const isTooLarge = bytes > replyBytesMax;
  if (FunctionError !== undefined) {
    const told = isTooLarge ? undefined : errorMessageOf(textOf(Payload));
    return { failure: 'error', detail: cut(told ?? FunctionError) };
  }
  if (isTooLarge) return { failure: 'reply_too_large', detail: `${bytes} bytes, at most ${replyBytesMax} are read` };
  return { reply: bytes === 0 ? 'null' : textOf(Payload) };
}

/** `{errorMessage, errorType, …}` is what Lambda replies for a function that failed. */
function errorMessageOf(text: string): string | undefined {
  try {
    const told: unknown = JSON.parse(text);
    const message = typeof told === 'object' && told !== null && 'errorMessage' in told ? told.errorMessage : undefined;
    return typeof message === 'string' ? message : undefined;
  } catch {
    // A custom runtime may reply anything; that the function failed is known already.
    return undefined;
  }
}

function failureOf(error: unknown): { failure: HookFailure; detail: string; mayPass: boolean } {
  // `translated` throws nothing but errors.
  const { message, cause } = error as Error;
  const name = cause instanceof Error ? cause.name : '';
  const isRetryable = error instanceof RetryableError;
  return {
    failure: kindOf(name, isRetryable),
    detail: cut(message),
    // Only our own signal aborts, when the time is over.
    mayPass: isRetryable && name !== 'AbortError',
  };
}

function kindOf(name: string, isRetryable: boolean): HookFailure {
  if (timeoutNames.includes(name)) return 'timeout';
  if (!isRetryable) return 'refused';
  return /Throttl|^TooManyRequests/.test(name) ? 'throttled' : 'error';
}

function textOf(payload: Uint8Array | undefined): string {
  return new TextDecoder().decode(payload);
}

function cut(text: string): string {
  return text.slice(0, detailCharactersMax);
}
