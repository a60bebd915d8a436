import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { root } from '../../scripts/root.ts';

/** What esbuild says of a function's bundle. */
export function bundleOf(name: string): Metafile['outputs'][string] {
  // The build writes esbuild's own metafile there.
  const { outputs } = JSON.parse(readFileSync(join(root, 'dist/meta.json'), 'utf8')) as Metafile;
  const bundle = outputs[`dist/${name}/index.mjs`];
  if (bundle === undefined) throw new Error(`no bundle of ${name} has been built`);
  return bundle;
}
