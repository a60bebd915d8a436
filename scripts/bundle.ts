import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { lambdaFunctions } from '../infra/functions.ts';
import { leanSchemasPlugin } from './lean-schemas-plugin.ts';
import { leanSdkPlugin } from './lean-sdk-plugin.ts';
import { partitionsPlugin } from './partitions-plugin.ts';
import { policyPlugin } from './policy-plugin.ts';
import { root as projectRoot } from './root.ts';
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

/** How everything that is deployed is bundled. */
export const bundling = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: ['node24', 'es2024'],
  mainFields: ['module', 'main'],
  minify: true,
  // Read with the first error (shared/telemetry/original-stack.ts).
  sourcemap: true,
  // The map's source text would triple the archive; paths and lines are enough for a stack trace.
  sourcesContent: false,
  // Into a file of their own beside the bundle.
  legalComments: 'external',
  metafile: true,
  alias: { '@aws-sdk/credential-provider-node': join(projectRoot, 'shared/adapters/environment-credentials.ts') },
  plugins: [policyPlugin, sdkVersionPlugin, leanSdkPlugin, leanSchemasPlugin, partitionsPlugin, eventStreamsPlugin],
  logLevel: 'warning',
} satisfies BuildOptions;

/**
 * Bundles every function of `root` into `dist/<name>/index.mjs`.
 * @throws when a bundle cannot be made; esbuild has then printed where and why.
 */
export async function bundleFunctions(root: string): Promise<Metafile> {
  const dist = join(root, 'dist');
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  const { metafile } = await build({
    ...bundling,
    absWorkingDir: root,
    entryPoints: lambdaFunctions.map(({ name }) => ({ in: `./functions/${name}/handler.ts`, out: `${name}/index` })),
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
  });
  await writeFile(join(dist, 'meta.json'), JSON.stringify(metafile));
  return metafile;
}
