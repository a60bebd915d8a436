import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { policyModule, policyPlugin } from '../../scripts/policy-plugin.ts';
import { root } from '../../scripts/root.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ballast-policy-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function bundled(policy: string) {
  await writeFile(join(directory, 'policy.yml'), policy);
  await writeFile(
    join(directory, 'entry.js'),
    "import policy from './policy.yml'; export const prefix = policy.tagPrefix;",
  );
  return build({
    entryPoints: [join(directory, 'entry.js')],
    bundle: true,
    write: false,
    format: 'esm',
    plugins: [policyPlugin],
    logLevel: 'silent',
  });
}

describe('stack policy in a bundle', () => {
  it('inlines the defaults with their values converted', async () => {
    const text = await policyModule(join(root, 'infra/policy.yml'));
    const inlined: unknown = JSON.parse(text.replace(/^export default /, '').replace(/;$/, ''));
    expect(inlined).toMatchObject({
      tagPrefix: 'ballast:',
      defaults: { managed: false, mode: 'observe', 'return-after': 120_000, 'max-bridge': { percent: 100 } },
    });
  });

  it('stops the build at a wrong value, naming the setting and the reason', async () => {
    const policy = (await readFile(join(root, 'infra/policy.yml'), 'utf8')).replace('mode: observe', 'mode: sometimes');
    await expect(bundled(policy)).rejects.toThrow(/policy\.yml: defaults\.mode: expected observe or act/);
  });

  it('stops the build at a setting that does not exist', async () => {
    const policy = `${await readFile(join(root, 'infra/policy.yml'), 'utf8')}\nretries: 3\n`;
    await expect(bundled(policy)).rejects.toThrow(/policy\.yml: retries: no such setting/);
  });

  it('stops the build at a file that is no YAML', async () => {
    await expect(bundled('tagPrefix: [')).rejects.toThrow(/policy\.yml|Flow sequence/);
  });
});
