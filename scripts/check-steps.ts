import { join } from 'node:path';
import { functionLogicalId, lambdaFunctions } from '../infra/functions.ts';
import { packageStackIfStale } from './package-stack.ts';
import { environmentNames, readPackagedTemplate } from './packaged-template.ts';
import { bin, root } from './root.ts';
import { run } from './run.ts';
import { runTests } from './run-tests.ts';
import { bundleSizes } from './sizes.ts';

export interface Outcome {
  readonly ok: boolean;
  /** What was looked at, with its number: a step that saw nothing must not look like one that found nothing. */
  readonly figure: string;
  /** Shown when it failed. */
  readonly details?: string;
}

export interface Step {
  readonly name: string;
  readonly run: () => Promise<Outcome>;
}

const types: Step = {
  name: 'types',
  async run() {
    // TypeScript 7 is several times as fast; the package `typescript` stays 6 for the tools that use its API.
    const tsc = join(root, 'node_modules/typescript7/bin/tsc');
    // The page of the dashboards has a browser's types, everything else Node's.
    const projects = ['.', 'local/dashboard/browser'];
    const outcomes = await Promise.all(
      projects.map((project) =>
        run(process.execPath, [tsc, '-p', project, '--noEmit', '--listFiles', '--pretty', 'false']),
      ),
    );
    const exitCode = Math.max(...outcomes.map(({ exitCode: code }) => code));
    const lines = outcomes.flatMap(({ output }) => output.split('\n'));
    const files = new Set(lines.filter((line) => line.startsWith(root) && !line.includes('/node_modules/'))).size;
    const problems = lines.filter((line) => line !== '' && !line.startsWith('/')).join('\n');
    return { ok: exitCode === 0 && files > 0, figure: `${files} files`, details: problems };
  },
};

const lint: Step = {
  name: 'lint',
  async run() {
    const { exitCode, output } = await run(bin('biome'), ['check', '--error-on-warnings', '.']);
    const files = Number(/Checked (\d+) files?/.exec(output)?.[1] ?? 0);
    return { ok: exitCode === 0 && files > 0, figure: `${files} files`, details: output };
  },
};

const cruised = ['functions', 'shared', 'infra', 'local', 'scripts', 'bench', 'test'];

const dependencies: Step = {
  name: 'dependencies',
  async run() {
    const report = await run(bin('depcruise'), [
      '--config',
      '.dependency-cruiser.mjs',
      '--output-type',
      'json',
      ...cruised,
    ]);
    const seen = cruiseSummary(report.stdout);
    // A parser that does not understand the sources reports no violations in no modules.
    const blind = seen.modules === 0 || !seen.sources.some(under('functions/')) || !seen.sources.some(under('shared/'));
    const details = blind
      ? `dependency-cruiser saw ${seen.modules} modules\n${report.output.slice(0, 2000)}`
      : seen.violations;
    return {
      ok: report.exitCode === 0 && !blind && seen.violations === '',
      figure: `${seen.modules} modules, ${seen.dependencies} dependencies`,
      details,
    };
  },
};

const under = (folder: string) => (source: string) => source.startsWith(folder);

interface Cruise {
  readonly modules: number;
  readonly dependencies: number;
  readonly sources: readonly string[];
  /** A line each. */
  readonly violations: string;
}

function cruiseSummary(stdout: string): Cruise {
  let report: CruiseReport;
  try {
    // The shape is dependency-cruiser's documented JSON output; anything else fails the step below.
    report = JSON.parse(stdout) as CruiseReport;
  } catch {
    return { modules: 0, dependencies: 0, sources: [], violations: '' };
  }
  return {
    modules: report.summary?.totalCruised ?? 0,
    dependencies: report.summary?.totalDependenciesCruised ?? 0,
    sources: (report.modules ?? []).map(({ source }) => source),
    violations: (report.summary?.violations ?? [])
      .map(({ rule, from, to, cycle }) => {
        const way = cycle === undefined ? to : cycle.map(({ name }) => name).join(' → ');
        return `${rule.name}: ${from} → ${way}`;
      })
      .join('\n'),
  };
}

interface CruiseReport {
  readonly modules?: readonly { readonly source: string }[];
  readonly summary?: {
    readonly totalCruised?: number;
    readonly totalDependenciesCruised?: number;
    readonly violations?: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
      readonly cycle?: readonly { readonly name: string }[];
    }[];
  };
}

const unused: Step = {
  name: 'unused code',
  async run() {
    const { exitCode, output } = await run(bin('knip'), ['--no-progress']);
    return { ok: exitCode === 0, figure: exitCode === 0 ? 'none' : 'found', details: output };
  },
};

const stack: Step = {
  name: 'package',
  async run() {
    const outcome = await packageStackIfStale();
    const { Resources } = await readPackagedTemplate(root);
    const resources = Object.keys(Resources).length;
    return { ok: resources > 0, figure: `${resources} resources${outcome === 'fresh' ? ', nothing changed' : ''}` };
  },
};

const sizes: Step = {
  name: 'bundle sizes',
  async run() {
    const bundles = await bundleSizes(root);
    const over = bundles.filter(({ gzippedKb, budgetKb }) => gzippedKb > budgetKb);
    return {
      ok: over.length === 0,
      figure: `KB gzipped: ${bundles.map(({ name, gzippedKb }) => `${name} ${gzippedKb}`).join(', ')}`,
      details: over
        .map(({ name, gzippedKb, budgetKb }) => `${name}: ${gzippedKb} KB, budget ${budgetKb} KB`)
        .join('\n'),
    };
  },
};

const handlers: Step = {
  name: 'handlers',
  async run() {
    const template = await readPackagedTemplate(root);
    const shape = join(root, 'scripts/handler-shape.ts');
    const results = await Promise.all(
      lambdaFunctions.map((lambda) => {
        const names = environmentNames(template, functionLogicalId(lambda));
        const settings = Object.fromEntries(names.map((name) => [name, 'x']));
        const env = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', ...settings };
        return run(process.execPath, [shape, join('dist', lambda.name, 'index.mjs')], env);
      }),
    );
    const failed = results.filter(({ exitCode }) => exitCode !== 0);
    return {
      ok: failed.length === 0,
      figure: `${results.length - failed.length} of ${results.length} middy stacks`,
      details: failed.map(({ output }) => output).join('\n'),
    };
  },
};

/** As many as two cores play in about a minute; `npm run simulate` plays others. */
const seeds = 1_500;

const storms: Step = {
  name: 'storms',
  async run() {
    const simulate = join(root, 'local/simulate.ts');
    const { exitCode, stdout, output } = await run(process.execPath, [simulate, '--seeds', String(seeds), '--json']);
    const { storms: played, violations } = stormsOf(stdout);
    return {
      ok: exitCode === 0 && played === seeds && violations === 0,
      figure: `${played} storms, ${violations} violations`,
      details: output,
    };
  },
};

function stormsOf(stdout: string): { readonly storms: number; readonly violations: number } {
  try {
    // The command's own document; anything else counts no storm, which fails the step.
    const told = JSON.parse(stdout) as { readonly storms: number; readonly violations: readonly unknown[] };
    return { storms: told.storms, violations: told.violations.length };
  } catch {
    return { storms: 0, violations: 0 };
  }
}

const tests: Step = {
  name: 'tests',
  async run() {
    const { passed, failed, output } = await runTests([], false);
    return { ok: failed === 0, figure: `${passed} passed, ${failed} failed`, details: output };
  },
};

/** In the order of how soon they tell. */
export const steps: readonly Step[] = [types, lint, dependencies, unused, stack, sizes, handlers, tests, storms];
