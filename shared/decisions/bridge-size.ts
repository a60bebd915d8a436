import type { ServiceFacts } from './service-facts.ts';

/**
 * What is written may come as late as the fence of its decision allows (12 s), and DescribeServices may lag by ten more:
 * until then a desired count that ECS shows may be the one of before.
 */
const writtenVisibleMs = 22_000;

/** Tasks that a bridge is asked for; `least` and `most` differ while ECS does not show what was last written. */
export interface BridgeSize {
  readonly least: number;
  readonly most: number;
}

/**
 * Whether the last write was made is not asked: who decides between the two has to be right in either case. Growth is
 * sent again where it is no cut whatever stands, everything else waits until ECS shows the write or its time is over.
 * A bridge that is being deleted is what ECS shows.
 */
export function bridgeSize({ bridge, ledger }: Pick<ServiceFacts, 'bridge' | 'ledger'>, nowMs: number): BridgeSize {
  const shown = bridge?.desiredCount ?? 0;
  const { desired = shown } = ledger.control.bridge ?? {};
  const isSettled = nowMs >= writtenVisibleAtMs({ ledger });
  if (isSettled || (bridge !== undefined && bridge.status !== 'ACTIVE')) return { least: shown, most: shown };
  return { least: Math.min(shown, desired), most: Math.max(shown, desired) };
}

/** When ECS shows the last write, if it was made; 0 where there is none. */
export function writtenVisibleAtMs({ ledger }: Pick<ServiceFacts, 'ledger'>): number {
  const { bridge } = ledger.control;
  return bridge === undefined ? 0 : bridge.lastWriteAtMs + writtenVisibleMs;
}
