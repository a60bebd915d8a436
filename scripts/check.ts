import { type Outcome, steps } from './check-steps.ts';
import { assertLambdaNode } from './node-version.ts';

/** `npm run check [-- step …]`: every step prints one line; a failed one its details, and the rest still run. */
assertLambdaNode();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0)
  throw new Error(`no such step: ${unknown.join(', ')}; there are ${steps.map((s) => s.name).join(', ')}`);

for (const step of steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const startMs = performance.now();
  const outcome = await step.run().catch(
    (error: unknown): Outcome => ({
      ok: false,
      figure: 'did not run',
      details: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }),
  );
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${outcome.ok ? 'ok    ' : 'FAILED'} ${step.name.padEnd(13)} ${outcome.figure}  (${seconds} s)`);
  if (!outcome.ok) {
    if (outcome.details) console.log(outcome.details.trimEnd());
    process.exitCode = 1;
  }
}
