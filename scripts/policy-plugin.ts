import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { parse } from 'yaml';
import { parseStackPolicy } from '../shared/policy/policy.ts';

/**
 * The module that an import of `infra/policy.yml` becomes: the validated policy as a JSON literal.
 * @throws ConfigError naming the setting and the reason.
 */
export async function policyModule(path: string): Promise<string> {
  const policy = parseStackPolicy(parse(await readFile(path, 'utf8')));
  return `export default ${JSON.stringify(policy)};`;
}

/** A wrong policy stops the build instead of the function at its first notice. */
export const policyPlugin: Plugin = {
  name: 'stack-policy',
  setup(build) {
    build.onLoad({ filter: /[\\/]policy\.yml$/ }, async ({ path }) => {
      try {
        return { contents: await policyModule(path), loader: 'js' };
      } catch (error) {
        return { errors: [{ text: error instanceof Error ? error.message : String(error), location: { file: path } }] };
      }
    });
  },
};
