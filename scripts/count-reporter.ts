import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { root } from './root.ts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

export const countsFile = join(root, '.build/test-counts.json');

/** Leaves the run's figures in a file: what runs vitest prints them as its last line. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    mkdirSync(join(root, '.build'), { recursive: true });
    writeFileSync(countsFile, JSON.stringify(counted(modules, unhandledErrors.length)));
  }
}

/** A file that could not be loaded has no tests to fail, so it counts as one itself; so does an unhandled error. */
export function counted(modules: readonly TestModule[], unhandledErrors: number): Counts {
  let passed = 0;
  let failed = unhandledErrors;
  for (const module of modules) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed += 1;
      if (state === 'failed') failedHere += 1;
    }
    if (failedHere === 0 && module.state() === 'failed') failedHere = 1;
    failed += failedHere;
  }
  return { passed, failed };
}
