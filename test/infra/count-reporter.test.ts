import { describe, expect, it } from 'vitest';
import type { TestModule } from 'vitest/node';
import { counted } from '../../scripts/count-reporter.ts';

type State = 'passed' | 'failed' | 'skipped' | 'pending';

function aModule(states: readonly State[], state: 'passed' | 'failed' = 'passed'): TestModule {
  const tests = states.map((each) => ({ result: () => ({ state: each }) }));
  // The counting reads the state of the module and of its tests only.
  return { state: () => state, children: { allTests: () => tests } } as unknown as TestModule;
}

describe('the last line of a test run', () => {
  it('counts the tests of every file', () => {
    expect(counted([aModule(['passed', 'passed']), aModule(['passed', 'failed'], 'failed')], 0)).toEqual({
      passed: 3,
      failed: 1,
    });
  });

  it('counts a file that cannot be loaded as one failure', () => {
    expect(counted([aModule(['passed']), aModule([], 'failed')], 0)).toEqual({ passed: 1, failed: 1 });
  });

  it('counts a file whose hook fails after passing tests as one failure', () => {
    expect(counted([aModule(['passed', 'passed'], 'failed')], 0)).toEqual({ passed: 2, failed: 1 });
  });

  it('counts an unhandled error as a failure', () => {
    expect(counted([aModule(['passed'])], 1)).toEqual({ passed: 1, failed: 1 });
  });

  it('counts skipped tests as neither', () => {
    expect(counted([aModule(['passed', 'skipped', 'pending'])], 0)).toEqual({ passed: 1, failed: 0 });
  });
});
