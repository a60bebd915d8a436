import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Run with the path of a bundle and the environment of its function: fails unless the bundle can be imported with that
 * alone and exports a middy stack as `handler`.
 */
const { handler }: { handler?: unknown } = await import(pathToFileURL(join(process.argv[2] ?? '')).href);
const missing = ['use', 'before', 'after', 'onError'].filter(
  (method) => typeof handler !== 'function' || typeof Reflect.get(handler, method) !== 'function',
);
if (missing.length > 0) {
  console.error(`${process.argv[2]}: handler is no middy stack, it has no ${missing.join(', ')}`);
  process.exitCode = 1;
}
