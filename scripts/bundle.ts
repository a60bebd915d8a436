import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { lambdaFunctions } from '../infra/functions.ts';
import { policyPlugin } from './policy-plugin.ts';
import { sdkVersionPlugin } from './sdk-version-plugin.ts';

/**
 * Bundles every function of `root` into `dist/<name>/index.mjs`.
 * @throws when a bundle cannot be made; esbuild has then printed where and why.
 */
export async function bundleFunctions(root: string): Promise<Metafile> {
  const dist = join(root, 'dist');
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: lambdaFunctions.map(({ name }) => ({ in: `./functions/${name}/handler.ts`, out: `${name}/index` })),
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: ['node24', 'es2024'],
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: true,
    // The map's source text would triple the archive; paths and names are enough for a stack trace.
    sourcesContent: false,
    metafile: true,
    alias: { '@aws-sdk/credential-provider-node': join(root, 'shared/adapters/environment-credentials.ts') },
    plugins: [policyPlugin, sdkVersionPlugin],
    // Loaded on demand by operations that stream events, which none of ours does.
    external: ['@smithy/core/event-streams'],
    logLevel: 'warning',
  });
  await writeFile(join(dist, 'meta.json'), JSON.stringify(metafile));
  return metafile;
}
