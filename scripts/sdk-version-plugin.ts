import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Each AWS SDK client imports its whole package.json, dependency lists and all, to tell its version in the user agent.
 * The version alone is up to 1 KB gzipped less per client.
 */
export const sdkVersionPlugin: Plugin = {
  name: 'sdk-version',
  setup(build) {
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version }: { version?: unknown } = JSON.parse(await readFile(path, 'utf8'));
      if (typeof version !== 'string') return { errors: [{ text: `${path} has no version` }] };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
