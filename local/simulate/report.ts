import { clockOf } from './clock-of.ts';
import { missingFaults, missingReasons } from './coverage.ts';
import type { SeedsResult } from './run-seeds.ts';
import type { Violation } from './run-storm.ts';

export function violationLine({ invariant, seed, atMs, seen }: Violation): string {
  return `VIOLATED ${invariant}, seed ${seed}, at ${clockOf(atMs)}: ${seen}`;
}

export function reportLines(result: SeedsResult, seconds: number, cpuSeconds: number): string[] {
  const { storms, violations, coverage, portCalls } = result;
  const perSecond = storms / seconds;
  const counts = (given: Readonly<Record<string, number>>): string =>
    Object.entries(given)
      .sort(([, a], [, b]) => b - a)
      .map(([name, times]) => `${name} ${times}`)
      .join(', ');
  const never = missingFaults(coverage);
  const unseen = missingReasons(coverage);
  return [
    `${storms} storms in ${seconds.toFixed(1)} s, ${perSecond.toFixed(1)} a second; a storm takes ${Math.round((cpuSeconds * 1_000) / storms)} ms of CPU and ${Math.round(portCalls / storms)} calls of ports`,
    '',
    `faults    ${counts(coverage.faults)}`,
    ...(never.length === 0 ? [] : [`          NEVER: ${never.join(', ')}`]),
    `reasons   ${counts(coverage.reasons)}`,
    ...(unseen.length === 0 ? [] : [`          NEVER: ${unseen.join(', ')}`]),
    'switches',
    ...Object.entries(coverage.switches).map(([name, values]) => `          ${name}: ${counts(values)}`),
    '',
    violations.length === 0 ? 'no invariant was violated' : `${violations.length} violations:`,
    ...violations.map((violation) => `  ${violationLine(violation)}`),
  ];
}
