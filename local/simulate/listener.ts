import type { DecisionRecord, Reason } from '../../shared/decisions/plan.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { EventBridgeEvent } from '../world/world.ts';
import type { FunctionName } from './function-setups.ts';
import type { Invocation } from './invocation.ts';
import type { Message } from './queue.ts';

export interface AwsCall {
  readonly invocation: Invocation;
  readonly service: string;
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly answer?: Readonly<Record<string, unknown>>;
  readonly error?: unknown;
}

/** Who watches is told at once, when it has happened. */
export interface Listener {
  aws?(call: AwsCall): void;
  /** A write or read of the ledger, with what it answered. */
  ledger?(invocation: Invocation, method: keyof Ledger, given: readonly unknown[], answer: unknown): void;
  decided?(record: DecisionRecord<Reason>, invocation: Invocation): void;
  published?(detailType: string, detail: Readonly<Record<string, unknown>>): void;
  queued?(functionName: FunctionName, event: EventBridgeEvent): void;
  ended?(invocation: Invocation, messages: readonly Message[], failed: ReadonlySet<Message>, crashed: boolean): void;
  threw?(invocation: Invocation, message: Message | undefined, error: unknown): void;
  /** Put off without a decision. */
  postponed?(serviceArn: string, why: string, error: unknown, invocation: Invocation): void;
}

/** Everybody who wants to be told of each kind. */
export type Told = { readonly [K in keyof Listener]-?: readonly NonNullable<Listener[K]>[] };

export function toldOf(listeners: readonly Listener[]): Told {
  const told = <K extends keyof Listener>(kind: K) =>
    listeners.flatMap((listener) => listener[kind] ?? []) as NonNullable<Listener[K]>[];
  return {
    aws: told('aws'),
    ledger: told('ledger'),
    decided: told('decided'),
    published: told('published'),
    queued: told('queued'),
    ended: told('ended'),
    threw: told('threw'),
    postponed: told('postponed'),
  };
}
