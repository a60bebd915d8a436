import type { HookAnswer } from '../../shared/ports/hooks.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import { AwsError } from '../world/aws-error.ts';
import type { World } from '../world/world.ts';
import type { Clockwork } from './clockwork.ts';
import type { Faults } from './faults.ts';
import type { Send } from './function-deps.ts';
import type { FunctionName } from './function-setups.ts';
import type { Invocation, Ports } from './invocation.ts';
import type { Told } from './listener.ts';
import type { Queue } from './queue.ts';

export interface WaysOptions {
  readonly world: World;
  readonly clockwork: Clockwork;
  readonly faults: Faults;
  /** Actions that the functions' role is denied. */
  readonly denied: ReadonlySet<string>;
  readonly ports: Ports;
  readonly ledger: Ledger;
  readonly callerSkew: { ms: number };
  readonly queues: () => Readonly<Record<FunctionName, Queue>>;
  readonly on: Told;
}

/** How an environment reaches everything outside of it: every call takes its time, may fail, and is told of. */
export function createWays({ world, clockwork, faults, denied, ports, ledger, callerSkew, queues, on }: WaysOptions) {
  const ledgerMethods = Object.keys(ledger) as (keyof Ledger)[];

  /** The ledger as an environment reaches it. */
  const ledgerFor = (invocation: () => Invocation, skewMs: number): Ledger => {
    const wrapped: Partial<Record<keyof Ledger, (...given: readonly unknown[]) => Promise<unknown>>> = {};
    for (const method of ledgerMethods) {
      const perform = ledger[method] as (...given: readonly unknown[]) => Promise<unknown>;
      wrapped[method] = (...given) => {
        const running = invocation();
        return ports.call(
          running,
          'ledger',
          method,
          () => {
            callerSkew.ms = skewMs;
            const answer = perform(...given);
            callerSkew.ms = 0;
            return answer;
          },
          (answer) => {
            for (const listener of on.ledger) listener(running, method, given, answer);
          },
        );
      };
    }
    return wrapped as Ledger;
  };

  const awsFor =
    (invocation: () => Invocation) =>
    (service: Parameters<World['call']>[0]): Send =>
    (action, input) => {
      const running = invocation();
      return ports.call(running, 'aws', action, () => {
        try {
          if (denied.has(action))
            throw new AwsError('AccessDeniedException', `not authorized to perform: ${service}:${action}`);
          const answer = world.call(service, action, input);
          const call = { invocation: running, service, action, input, answer };
          for (const listener of on.aws) listener(call);
          return answer;
        } catch (error) {
          const call = { invocation: running, service, action, input, error };
          for (const listener of on.aws) listener(call);
          throw error;
        }
      });
    };

  const sqsFor =
    (invocation: () => Invocation): Send =>
    (action, input) =>
      ports.call(invocation(), 'queue', action, () => {
        const queue = queues()[input.QueueUrl as FunctionName];
        const entries = (input.Entries ?? [input]) as readonly Readonly<Record<string, unknown>>[];
        for (const entry of entries) {
          const { MessageBody, DelaySeconds, MessageGroupId, MessageDeduplicationId } = entry;
          queue.send(MessageBody, {
            delayMs: DelaySeconds === undefined ? undefined : Number(DelaySeconds) * 1_000,
            group: MessageGroupId as string | undefined,
            deduplicationId: MessageDeduplicationId as string | undefined,
          });
        }
        return {};
      });

  const eventsFor =
    (invocation: () => Invocation): Send =>
    (action, input) =>
      ports.call(invocation(), 'bus', action, () => {
        for (const { DetailType, Detail } of input.Entries as readonly Readonly<Record<string, string>>[]) {
          const detail = JSON.parse(Detail ?? '{}');
          for (const listener of on.published) listener(DetailType ?? '', detail);
        }
        return {};
      });

  const hookAnswer = (invocation: Invocation, withinMs: number): Promise<HookAnswer> => {
    const fails = faults.strikes('hook fails', clockwork.nowMs);
    const takesMs = fails ? faults.draw.pick([500, withinMs]) : faults.draw.between(500, 20_000);
    const isLate = takesMs >= withinMs;
    const answer: HookAnswer = isLate
      ? { failure: 'timeout', detail: `after ${withinMs} ms` }
      : fails
        ? { failure: 'error', detail: 'TypeError: state is undefined' }
        : { reply: JSON.stringify({ outcome: 'completed' }) };
    return new Promise((resolve) =>
      clockwork.after(Math.min(takesMs, withinMs), () => {
        if (invocation.isOver) return;
        clockwork.wakes();
        resolve(answer);
      }),
    );
  };

  return { ledgerFor, awsFor, sqsFor, eventsFor, hookAnswer };
}
