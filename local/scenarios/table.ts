import type { Cast } from './cast.ts';
import type { Goal } from './outcome.ts';
import type { Part } from './parts.ts';

/** The figures of a run beside those of the same seed without Ballast, part by part, as lines of text. */
export function comparison(cast: Cast, without: readonly Part[], withBallast: readonly Part[]): string[] {
  return withBallast.flatMap((part, index) => {
    const before = without[index];
    if (before === undefined) throw new Error(`the run without Ballast has no part ${part.title}`);
    return [part.title, '', ...table(cast, before, part), ''];
  });
}

function table(cast: Cast, without: Part, withBallast: Part): string[] {
  const head = [
    '',
    'service',
    'fallback',
    '',
    'below desired',
    'least serving',
    'notice to whole',
    'on-demand',
    'forced',
  ];
  const rows = cast.services
    .filter(({ extra }) => extra !== true)
    .flatMap(({ name, role }) =>
      (
        [
          ['without', without],
          ['with Ballast', withBallast],
        ] as const
      ).map(([label, part], index) => {
        const figures = part.services[name];
        if (figures === undefined) throw new Error(`no figures of ${name}`);
        const whole = figures.noticeToWholeMs.map((ms) => `${Math.round(ms / 1000)} s`);
        if (figures.openDipMs !== undefined) whole.push('not yet');
        return [
          '',
          index === 0 ? name : '',
          index === 0 ? role : '',
          label,
          `${figures.belowDesiredTaskSeconds} task-s`,
          `${figures.leastServing} of ${figures.desired}`,
          whole.join(', ') || '–',
          `${figures.onDemandTaskSeconds} task-s`,
          String(figures.forcedDeployments),
        ];
      }),
    );
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** AWS requests of the functions in one line. */
export function requestLine(requests: Readonly<Record<string, number>>): string {
  const total = Object.values(requests).reduce((sum, count) => sum + count, 0);
  const parts = Object.entries(requests).map(([action, count]) => `${action} ${count}`);
  return `AWS requests with Ballast: ${total} (${parts.join(', ')})`;
}

/** What had to be shown, what was measured, and whether it is enough. */
export function goalLines(goals: readonly Goal[]): string[] {
  if (goals.length === 0) return [];
  const width = Math.max(...goals.map(({ goal }) => goal.length));
  return [
    '',
    ...goals.map(({ goal, measured, met }) => `${met ? 'ok    ' : 'MISSED'}  ${goal.padEnd(width)}  ${measured}`),
  ];
}
