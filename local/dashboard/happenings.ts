import type { Told } from '../scenarios/timeline.ts';
import type { ShownHappening } from './shown.ts';

const kinds: Readonly<Record<Told['label'], ShownHappening['kind']>> = {
  '': 'act',
  bus: 'bus',
  ECS: 'ecs',
  notice: 'notice',
  decision: 'decision',
  log: 'log',
  'AWS write': 'write',
  alarm: 'alarm',
};

/** What a page can scroll through; older ones are let go. */
const kept = 2_000;

/** The lines of a timeline, kept for the page. */
export function createHappenings(nowMs: () => number) {
  const happenings: ShownHappening[] = [];
  let number = 0;
  return {
    happenings,
    tell({ label, tone, text }: Told): void {
      number += 1;
      happenings.push({ number, atMs: nowMs(), kind: kinds[label], tone, text });
      if (happenings.length > kept) happenings.splice(0, kept / 10);
    },
  };
}
