import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { lambdaFunctions } from '../infra/functions.ts';
import { policyPlugin } from './policy-plugin.ts';
import { sdkVersionPlugin } from './sdk-version-plugin.ts';

/**
 * The SDK loads this on demand for operations that stream events; none of ours does, so it stays outside. The client of
 * Lambda imports it when it is loaded, and what is loaded has to be in the bundle.
 */
const eventStreamsPlugin: Plugin = {
  name: 'event-streams',
  setup(build) {
    build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

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
    plugins: [policyPlugin, sdkVersionPlugin, eventStreamsPlugin],
    logLevel: 'warning',
  });
  await writeFile(join(dist, 'meta.json'), JSON.stringify(metafile));
  return metafile;
}
