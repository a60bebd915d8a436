import { packageStack, packageStackIfStale } from './package-stack.ts';

/** `npm run package`; with `--if-stale` it does nothing when nothing changed since the last time. */
try {
  if (process.argv.includes('--if-stale')) await packageStackIfStale();
  else await packageStack();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
