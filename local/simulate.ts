import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMeaningful } from './simulate/coverage.ts';
import { reportLines, violationLine } from './simulate/report.ts';
import { runInWorkers } from './simulate/workers.ts';

const help = `npm run simulate                    plays storms of 300 seeds on a virtual clock, with faults, and checks what always holds
npm run simulate -- --seeds N       so many seeds; --from N the first of them; --workers N at a time (default: one a core)
npm run simulate -- --for SECONDS   as many seeds as so much time allows
npm run simulate -- --json          the result as one JSON document
npm run simulate -- --seed N        one storm, told line by line; the same seed prints the same
npm run simulate -- --planted       faulty variants of Ballast: which invariant notices each, after how many seeds
The exit status is 1 where an invariant was violated, a fault never happened, a reason
was never given in 300 storms or more, or a variant was not noticed.
`;

const progressEveryMs = 5_000;
/** With --for: more than any machine plays in the time. */
const seedsWithoutEnd = 100_000_000;
const { values } = readArguments();
endWithReader();

if (values.help) process.stdout.write(help);
else if (values.seed !== undefined) await replay(numberOf('--seed', values.seed));
else if (values.planted) process.exitCode = await planted();
else await simulate();

// The functions and the SDK are loaded where a storm is played: it takes longer than a dozen storms, and workers load
// their own.
async function replay(seed: number): Promise<void> {
  const { runStorm } = await import('./simulate/run-storm.ts');
  const { loadRules } = await import('./rules.ts');
  const { loadStackPolicy } = await import('./stack-policy.ts');
  const { violations } = await runStorm(seed, {
    rules: loadRules(),
    stackPolicy: loadStackPolicy(),
    trace: (line) => console.log(line),
  });
  for (const violation of violations) console.log(violationLine(violation));
  if (violations.length > 0) process.exitCode = 1;
}

async function planted(): Promise<number> {
  const { comparePlanted } = await import('./simulate/planted.ts');
  return comparePlanted(numberOf('--seeds', values.seeds ?? '1000'), workersOf());
}

async function simulate(): Promise<void> {
  const beganAtMs = Date.now();
  const forMs = values.for === undefined ? undefined : 1_000 * numberOf('--for', values.for);
  const seeds = numberOf('--seeds', values.seeds ?? String(forMs === undefined ? 300 : seedsWithoutEnd));
  const from = numberOf('--from', values.from ?? '1');
  const untilMs = forMs === undefined ? undefined : beganAtMs + forMs;
  let toldAtMs = beganAtMs;
  const result = await runInWorkers({ from, seeds, untilMs, workers: workersOf() }, (storms, violations) => {
    for (const violation of violations) process.stderr.write(`${violationLine(violation)}\n`);
    if (Date.now() - toldAtMs < progressEveryMs) return;
    toldAtMs = Date.now();
    const perSecond = (storms * 1_000) / (toldAtMs - beganAtMs);
    const of = forMs === undefined ? ` of ${seeds}` : '';
    process.stderr.write(`${storms}${of} storms, ${perSecond.toFixed(1)} a second\n`);
  });
  const seconds = (Date.now() - beganAtMs) / 1_000;
  const { user, system } = process.cpuUsage();
  const cpuSeconds = (user + system) / 1_000_000;
  if (values.json) console.log(JSON.stringify({ seeds: result.storms, from, seconds, cpuSeconds, ...result }, null, 2));
  else for (const line of reportLines(result, seconds, cpuSeconds)) console.log(line);
  if (result.violations.length > 0 || !isMeaningful(result.coverage, result.storms)) process.exitCode = 1;
}

function workersOf(): number {
  return Math.max(1, numberOf('--workers', values.workers ?? String(availableParallelism())));
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        seeds: { type: 'string' },
        for: { type: 'string' },
        from: { type: 'string' },
        seed: { type: 'string' },
        workers: { type: 'string' },
        json: { type: 'boolean' },
        planted: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) fail(`${option} takes a whole number, not ${text}`);
  return Number(text);
}

/** Whoever reads may have seen enough (`| head`): that is no error. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

function fail(message: string): never {
  process.stderr.write(`${message}\n\n${help}`);
  process.exit(2);
}
