import { readFile, rm } from 'node:fs/promises';
import type { Counts } from './count-reporter.ts';
import { countsFile } from './count-reporter.ts';
import { bin } from './root.ts';
import { run } from './run.ts';

export interface TestRun extends Counts {
  readonly output: string;
}

/**
 * Runs vitest with the given arguments (files, filters). No test at all, or a vitest that ended without saying how it
 * went, is one failure.
 */
export async function runTests(args: readonly string[], show: boolean): Promise<TestRun> {
  await rm(countsFile, { force: true });
  const { exitCode, output } = await run(bin('vitest'), ['run', ...args], process.env, show);
  const { passed, failed } = await counts();
  const wentWrong = exitCode !== 0 || passed === 0;
  return { passed, failed: wentWrong ? Math.max(1, failed) : failed, output };
}

async function counts(): Promise<Counts> {
  try {
    const value: unknown = JSON.parse(await readFile(countsFile, 'utf8'));
    if (isCounts(value)) return value;
  } catch {
    // Vitest ended before its reporters ran; its own output says why.
  }
  return { passed: 0, failed: 1 };
}

function isCounts(value: unknown): value is Counts {
  return (
    typeof value === 'object' &&
    value !== null &&
    'passed' in value &&
    typeof value.passed === 'number' &&
    'failed' in value &&
    typeof value.failed === 'number'
  );
}
