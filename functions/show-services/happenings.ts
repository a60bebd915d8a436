import type { AppliedCommand, DecisionRecord } from '../../shared/decisions/plan.ts';
import type { CapacityProviderStrategyItem } from '../../shared/ports/ecs.ts';
import type { TimeRange } from '../../shared/ports/ledger-view.ts';
import type { ServiceFacts } from './facts.ts';
import { toneOf } from './tone.ts';

/** What can be seen in a timeline. `obstacle`: something was in the way of what would have had to be done. */
export const happeningKinds = [
  'notice',
  'bridge_grown',
  'bridge_returned',
  'strategy_shifted',
  'strategy_returned',
  'deployment',
  'obstacle',
] as const;

export type HappeningKind = (typeof happeningKinds)[number];

export interface Happening {
  readonly kind: HappeningKind;
  readonly atMs: number;
  /** `obstacle` only: until when the same was decided. */
  readonly untilMs?: number;
  /** Tasks, of a notice and of a bridge. */
  readonly count: number;
  readonly text: string;
  /** In mode observe: planned, and not done. */
  readonly planned: boolean;
}

/** What happened to a service in the time, oldest first. */
export function happeningsOf({ history, spotProvider }: ServiceFacts, time: TimeRange): Happening[] {
  if (history === undefined) return [];
  const decisions = [...history.decisions].reverse();
  const all = [
    ...notices(decisions, history.spotStopsAtMs),
    ...decisions.flatMap((record) => doneBy(record, spotProvider)),
    ...decisions.flatMap(diagnosed),
    ...decisions.flatMap(inTheWay),
  ];
  return all
    .filter(({ atMs, untilMs = atMs }) => untilMs >= time.fromMs && atMs <= time.toMs)
    .sort((left, right) => left.atMs - right.atMs);
}

/**
 * Stops that the ledger still has are told task by task. Of older ones the decisions know the newest of each time, and
 * how many there were since the service was last whole.
 */
function notices(decisions: readonly DecisionRecord[], spotStopsAtMs: readonly number[]): Happening[] {
  const known = new Map<number, number>();
  for (const atMs of spotStopsAtMs) known.set(atMs, (known.get(atMs) ?? 0) + 1);
  const knownFromMs = Math.min(...spotStopsAtMs);
  let before = 0;
  for (const { facts } of decisions) {
    if (facts === undefined) continue;
    const { spotStops, lastSpotStopAtMs } = facts;
    if (lastSpotStopAtMs !== undefined && lastSpotStopAtMs < knownFromMs && !known.has(lastSpotStopAtMs)) {
      known.set(lastSpotStopAtMs, Math.max(1, spotStops - before));
    }
    before = spotStops;
  }
  return [...known].map(([atMs, count]) => ({
    kind: 'notice',
    atMs,
    count,
    text: count === 1 ? 'Spot takes a task' : `Spot takes ${count} tasks`,
    planned: false,
  }));
}

function doneBy(record: DecisionRecord, spotProvider: string): Happening[] {
  return record.applied.flatMap((applied) => {
    if (applied.result !== 'applied' && applied.result !== 'observed') return [];
    const done = effectOf(applied, spotProvider);
    if (done === undefined) return [];
    const planned = applied.result === 'observed';
    return [
      {
        ...done,
        atMs: record.sinceMs,
        planned,
        text: `${done.text}${planned ? ' (planned only)' : ''}: ${record.explanation}`,
      },
    ];
  });
}

function effectOf(
  { command }: AppliedCommand,
  spotProvider: string,
): Pick<Happening, 'kind' | 'count' | 'text'> | undefined {
  switch (command.kind) {
    case 'CreateService':
      return resized(0, command.request.desiredCount);
    case 'UpdateService.desiredCount':
    case 'UpdateService.revision':
      return resized(command.from, command.to);
    case 'UpdateService.capacityProviderStrategy':
      return names(command.to, spotProvider)
        ? { kind: 'strategy_returned', count: 1, text: 'strategy put back' }
        : { kind: 'strategy_shifted', count: 1, text: 'strategy shifted to on-demand' };
    default:
      return undefined;
  }
}

function resized(from: number, to: number): Pick<Happening, 'kind' | 'count' | 'text'> | undefined {
  if (to > from) return { kind: 'bridge_grown', count: to - from, text: `bridge grown from ${from} to ${to}` };
  if (to < from) return { kind: 'bridge_returned', count: from - to, text: `bridge returned from ${from} to ${to}` };
  return undefined;
}

function names(strategy: readonly CapacityProviderStrategyItem[], provider: string): boolean {
  return strategy.some((item) => item.capacityProvider === provider);
}

function diagnosed({ diagnosis, explanation, sinceMs }: DecisionRecord): Happening[] {
  if (diagnosis === undefined) return [];
  const text = `deployment failed (${diagnosis.class}): ${explanation}`;
  return [{ kind: 'deployment', atMs: sinceMs, count: 1, text, planned: false }];
}

function inTheWay({ reason, explanation, diagnosis, sinceMs, lastMs, count, applied }: DecisionRecord): Happening[] {
  const refused = applied.find(({ result }) => result === 'failed' || result === 'refused');
  if (diagnosis !== undefined || (toneOf(reason) !== 'obstacle' && refused === undefined)) return [];
  const times = count === 1 ? '' : `, ${count} times`;
  const error =
    refused === undefined ? '' : ` – ${refused.command.kind} ${refused.result}: ${refused.error ?? 'no error told'}`;
  return [
    {
      kind: 'obstacle',
      atMs: sinceMs,
      untilMs: lastMs,
      count: 1,
      text: `${reason}${times}: ${explanation}${error}`,
      planned: false,
    },
  ];
}
