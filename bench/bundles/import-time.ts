import { progress } from '../progress.ts';
import { atMost, type Row } from '../row.ts';
import { runChild } from '../run-child.ts';
import { pairedRatio, summaryOf } from '../statistics.ts';
import type { Bundle, Workshop } from './build.ts';

const goal = 0.7;

/** What Node would do at every start, and the functions do with the first error. */
const readingMaps = ['--enable-source-maps'];

/** The SDK looks for a Region when a client is made; nothing is called. */
const lambdaEnvironment = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };

export interface ImportTime {
  readonly importMs: number;
  /** Stock bundles make their clients; the same as `importMs` for others. */
  readonly readyMs: number;
  /** User and system, all threads, until ready. */
  readonly cpuMs: number;
}

interface Runs {
  readonly bundle: Bundle;
  readonly ours: ImportTime[];
  readonly readingMaps: ImportTime[];
  readonly stock: ImportTime[];
}

/** Every bundle in a fresh process, one after the other and round by round, so that load hits all alike. */
export async function importRows(workshop: Workshop, rounds: number): Promise<Row[]> {
  const { bundles, emptyFile, nodeModulesFile, child } = workshop;
  const time = (file: string, execArgv: readonly string[] = []) =>
    runChild<ImportTime>(child('import'), [file], { execArgv, env: lambdaEnvironment });
  const empty: ImportTime[] = [];
  const nodeModules: ImportTime[] = [];
  const runs = bundles.map((bundle): Runs => ({ bundle, ours: [], readingMaps: [], stock: [] }));
  // The first round reads the files from the disk and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    progress(round === 0 ? 'import time: warming up' : `import time: round ${round} of ${rounds}`);
    const keep = (list: ImportTime[], one: ImportTime) => {
      if (round > 0) list.push(one);
    };
    keep(empty, await time(emptyFile));
    keep(nodeModules, await time(nodeModulesFile));
    for (const { bundle, ours, readingMaps: mapped, stock } of runs) {
      keep(ours, await time(bundle.file));
      keep(stock, await time(bundle.stockFile));
      keep(mapped, await time(bundle.file, readingMaps));
    }
  }
  return [...runs.map((run) => wallRow(run, empty)), ...runs.map((run) => cpuRow(run, nodeModules))];
}

function wallRow({ bundle, ours, stock }: Runs, empty: readonly ImportTime[]): Row {
  const oursMs = ours.map(({ importMs }) => importMs);
  const stockMs = stock.map(({ readyMs }) => readyMs);
  const ratio = pairedRatio(oursMs, stockMs).median;
  return {
    section: 'import time',
    what: bundle.name,
    unit: 'ms',
    value: summaryOf(oursMs),
    beside: {
      stock: summaryOf(stockMs),
      'no client made': summaryOf(stock.map(({ importMs }) => importMs)).median,
      empty: summaryOf(empty.map(({ importMs }) => importMs)).median,
    },
    ratio,
    goal: atMost(ratio, goal, `${goal} × stock`),
  };
}

/** CPU time suffers less from what else the machine does. */
function cpuRow({ bundle, ours, readingMaps: mapped, stock }: Runs, nodeModules: readonly ImportTime[]): Row {
  const oursMs = ours.map(({ cpuMs }) => cpuMs);
  const stockMs = stock.map(({ cpuMs }) => cpuMs);
  const ratio = pairedRatio(oursMs, stockMs).median;
  return {
    section: 'CPU time of the import',
    what: bundle.name,
    unit: 'ms',
    value: summaryOf(oursMs),
    beside: {
      stock: summaryOf(stockMs),
      'reading source maps': summaryOf(mapped.map(({ cpuMs }) => cpuMs)).median,
      "Node's own modules": summaryOf(nodeModules.map(({ cpuMs }) => cpuMs)).median,
    },
    ratio,
    goal: atMost(ratio, goal, `${goal} × stock`),
  };
}
