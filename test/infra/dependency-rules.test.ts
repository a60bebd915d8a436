import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, root } from '../../scripts/root.ts';

/** A small tree in which each rule is broken. */
const tree = {
  'functions/a/handler.ts': "import '../b/handler.ts';",
  'functions/b/handler.ts': "import '../../local/start.ts';",
  'functions/c/c.ts': "import '@aws-sdk/client-ecs';",
  'functions/d/handler.ts': "import 'esbuild';",
  'functions/e/handler.ts': "import '../../shared/gone.ts';",
  'shared/decisions/a.ts': "import '../adapters/ecs.ts';",
  'shared/decisions/b.ts': "import 'node:crypto';",
  'shared/decisions/c.ts': "import type { Clock } from '../ports/clock.ts'; export type A = Clock;",
  'shared/events/a.ts': "import '@aws-sdk/client-ecs';",
  'shared/adapters/ecs.ts': "import '../decisions/plan.ts';",
  'shared/decisions/plan.ts': 'export const plan = 1;',
  'shared/ports/clock.ts': 'export interface Clock { nowMs(): number }',
  'shared/ports/ecs.ts': "import '../errors.ts';",
  'shared/errors.ts': 'export const error = 1;',
  'shared/task.ts': "import '../functions/a/handler.ts';",
  'shared/one.ts': "import './two.ts'; export const one = 1;",
  'shared/two.ts': "import './one.ts'; export const two = 1;",
  'shared/index.ts': "import './one.ts';",
  'shared/three.ts': "import './index.ts';",
  'shared/ports/orphan.ts': 'export const alone = 1;',
  'local/start.ts': "import '../shared/one.ts';",
};

let directory = '';
let violations: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ballast-rules-'));
  for (const [path, text] of Object.entries(tree)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), `${text}\n`);
  }
  for (const shared of ['node_modules', 'package.json', 'tsconfig.json']) {
    await symlink(join(root, shared), join(directory, shared));
  }
  violations = await cruise(directory);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** `rule: from → to` of every violation that dependency-cruiser finds with our rules. */
function cruise(cwd: string): Promise<string[]> {
  const args = [
    '--config',
    join(root, '.dependency-cruiser.mjs'),
    '--output-type',
    'json',
    'functions',
    'shared',
    'local',
  ];
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  // It exits with the number of errors, so a failure of the process is none of ours; text that is no JSON is.
  execFile(bin('depcruise'), args, { cwd, maxBuffer: 2 ** 26 }, (_error, stdout) => {
    try {
      // dependency-cruiser documents the shape of its JSON output.
      const { summary } = JSON.parse(stdout) as {
        summary: { violations: { rule: { name: string }; from: string; to: string }[] };
      };
      resolve(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`));
    } catch (error) {
      reject(error);
    }
  });
  return promise;
}

describe('dependency rules', () => {
  it.each([
    ['no function imports another', 'functions-stand-alone: functions/a/handler.ts → functions/b/handler.ts'],
    [
      'functions import nothing of the embedded region',
      'functions-use-shared-only: functions/b/handler.ts → local/start.ts',
    ],
    ['nothing deployed imports the embedded region', 'local-stays-local: functions/b/handler.ts → local/start.ts'],
    ['only handlers and adapters import the SDK', /^sdk-behind-adapters: functions\/c\/c\.ts → .*client-ecs/],
    [
      'no development dependency is deployed',
      /^no-development-dependencies-deployed: functions\/d\/handler\.ts → .*esbuild/,
    ],
    ['every import exists', 'resolvable: functions/e/handler.ts → ../../shared/gone.ts'],
    ['decisions import no adapter', 'pure-core: shared/decisions/a.ts → shared/adapters/ecs.ts'],
    ['decisions import nothing of Node', /^pure-core-no-node: shared\/decisions\/b\.ts → (node:)?crypto$/],
    ['decisions know no clock', 'pure-core: shared/decisions/c.ts → shared/ports/clock.ts'],
    ['events import no SDK', /^pure-core: shared\/events\/a\.ts → .*client-ecs/],
    ['adapters call no decision', 'adapters-implement-ports: shared/adapters/ecs.ts → shared/decisions/plan.ts'],
    ['ports import types only', 'ports-are-interfaces: shared/ports/ecs.ts → shared/errors.ts'],
    ['shared imports no function', 'shared-is-below: shared/task.ts → functions/a/handler.ts'],
    ['no cycles', /^no-cycles: shared\/(one|two)\.ts → /],
    ['no barrel file', /^no-barrel: shared\/index\.ts → /],
    ['no import of a barrel file', 'no-barrel-import: shared/three.ts → shared/index.ts'],
    ['no orphan', 'no-orphans: shared/ports/orphan.ts → shared/ports/orphan.ts'],
  ])('catches: %s', (_rule, expected) => {
    if (typeof expected === 'string') expect(violations).toContain(expected);
    else expect(violations).toContainEqual(expect.stringMatching(expected));
  });

  it('lets what is allowed pass', () => {
    expect(violations.filter((violation) => violation.includes('local/start.ts → shared/one.ts'))).toEqual([]);
  });
});
