import { assertLambdaNode } from './node-version.ts';
import { packageStackIfStale } from './package-stack.ts';
import { runTests } from './run-tests.ts';

/** `npm test [-- files]`: packages when stale, runs vitest, and ends with the line `N passed, N failed`. */
let failed = 1;
let passed = 0;
try {
  assertLambdaNode();
  await packageStackIfStale();
  ({ passed, failed } = await runTests(process.argv.slice(2), true));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
}
process.exitCode = failed === 0 ? 0 : 1;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
