import { RetryableError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { AwsError } from '../world/aws-error.ts';
import type { Clockwork } from './clockwork.ts';
import type { FaultKind, Faults, Port } from './faults.ts';
import type { FunctionName } from './function-setups.ts';

/** One run of a function in its environment. */
export interface Invocation {
  readonly id: number;
  readonly functionName: FunctionName;
  readonly startedAtMs: number;
  readonly deadlineMs: number;
  isOver: boolean;
  /** What went wrong on purpose. */
  readonly faults: FaultKind[];
  /** Ends it where it stands: what it waits for never comes. */
  readonly crash: () => void;
}

export interface Ports {
  readonly count: number;
  /**
   * A call of a port: it takes its time, and whatever the faults say may happen to it.
   * @param heard is told what the effect answered, also where the caller never gets it.
   */
  call<T>(
    invocation: Invocation,
    port: Port,
    name: string,
    effect: () => T | Promise<T>,
    heard?: (answer: T) => void,
  ): Promise<T>;
}

/** From the call to its answer, in milliseconds, both ends included. */
const latencyMs: Readonly<Record<Port, readonly [number, number]>> = {
  aws: [20, 180],
  ledger: [2, 14],
  queue: [5, 25],
  bus: [10, 60],
  gauges: [20, 100],
};
/** The SDK gives a call up after so long. */
const timeoutMs = 3_000;
/** Longer than most functions may run. */
const hangMs = 11_000;

export function createPorts(clockwork: Clockwork, faults: Faults): Ports {
  let count = 0;
  /** Whether the invocation is still there to get its answer; time stands still for it then. */
  const goesOn = (invocation: Invocation): boolean => {
    if (invocation.isOver) return false;
    if (clockwork.nowMs > invocation.deadlineMs) {
      invocation.crash();
      return false;
    }
    clockwork.wakes();
    return true;
  };
  return {
    get count() {
      return count;
    },
    call(invocation, port, name, effect, heard) {
      count += 1;
      const fault = faults.atCall(port, clockwork.nowMs);
      if (fault !== undefined) invocation.faults.push(fault);
      const [least, most] = latencyMs[port];
      const takesMs = least + Math.floor(faults.draw.next() * (most - least + 1));
      return new Promise((resolve, reject) => {
        clockwork.after(takesMs, () => {
          if (!goesOn(invocation)) return;
          if (fault === undefined) attempt({ effect, heard, resolve, reject });
          else failing(fault, { invocation, name, effect, heard, resolve, reject, clockwork, goesOn });
        });
      });
    },
  };
}

interface Attempt<T> {
  readonly effect: () => T | Promise<T>;
  readonly heard: ((answer: T) => void) | undefined;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

interface Failing<T> extends Attempt<T> {
  readonly invocation: Invocation;
  readonly name: string;
  readonly clockwork: Clockwork;
  readonly goesOn: (invocation: Invocation) => boolean;
}

function failing<T>(fault: FaultKind, failing: Failing<T>): void {
  const { invocation, name, effect, heard, resolve, reject, clockwork, goesOn } = failing;
  const late = (ms: number, work: () => void) =>
    clockwork.after(ms, () => {
      if (goesOn(invocation)) work();
    });
  /** What has happened cannot be refused any more; its own error, if any, is as lost as its answer. */
  const unheard = (): void => attempt({ effect, heard, resolve: () => {}, reject: () => {} });
  const lost = (error: Error): void => late(timeoutMs, () => reject(error));
  const timeout = new AwsError('TimeoutError', `${name} timed out`);
  switch (fault) {
    case 'crash before a call':
      invocation.crash();
      break;
    case 'crash after a call':
      unheard();
      invocation.crash();
      break;
    case 'function times out':
      late(hangMs, () => attempt({ effect, heard, resolve, reject }));
      break;
    case 'AWS throttles':
      reject(new AwsError('ThrottlingException', 'Rate exceeded'));
      break;
    case 'AWS times out before the effect':
      lost(timeout);
      break;
    case 'AWS reply lost after the effect':
    case 'queue reply lost':
      unheard();
      lost(timeout);
      break;
    case 'AWS call repeated by the SDK':
    case 'ledger write repeated by the SDK':
      unheard();
      late(timeoutMs, () => attempt({ effect, heard, resolve, reject }));
      break;
    case 'ledger fails before the write':
      lost(new RetryableError(`ledger: ${name}: not reached`));
      break;
    case 'ledger fails after the write':
      unheard();
      lost(new RetryableError(`ledger: ${name}: no answer`));
      break;
    case 'queue refuses a message':
      reject(new AwsError('ServiceUnavailable', 'try again'));
      break;
    case 'bus refuses events':
      reject(new AwsError('InternalException', 'try again'));
      break;
    default:
      reject(new RetryableError(`${name}: ${fault}`));
  }
}

function attempt<T>({ effect, heard, resolve, reject }: Attempt<T>): void {
  const answer =
    heard === undefined
      ? resolve
      : (value: T): void => {
          heard(value);
          resolve(value);
        };
  try {
    const answered = effect();
    if (answered instanceof Promise) answered.then(answer, reject);
    else answer(answered);
  } catch (error) {
    reject(error);
  }
}

/** An environment's own clock. */
export function skewedClock(clockwork: Pick<Clockwork, 'nowMs'>, skewMs: number): Clock {
  return { nowMs: () => clockwork.nowMs + skewMs };
}
