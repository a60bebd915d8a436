import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFunctions } from './bundle.ts';
import { writeFragments } from './fragments.ts';
import { bin, root } from './root.ts';
import { run } from './run.ts';

/** What the bundles and the template are made from. */
const sources = [
  'functions/**/*.ts',
  'shared/**/*.ts',
  'infra/**',
  'scripts/{bundle,fragments,package-stack,*-plugin}.ts',
  'serverless.yml',
  'package-lock.json',
];

const templateFile = '.serverless/cloudformation-template-update-stack.json';
const stampFile = '.build/packaged.json';

/** Digest of every source's path and content. */
async function sourceDigest(): Promise<string> {
  const files: string[] = [];
  for await (const entry of glob(sources, { cwd: root, withFileTypes: true })) {
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
  }
  const digest = createHash('sha256');
  for (const file of files.sort())
    digest
      .update(`${file}\0`)
      .update(await readFile(file))
      .update('\0');
  return digest.digest('hex');
}

/** Digest of the sources that the present package was made from, if the package is there. */
async function packagedDigest(): Promise<string | undefined> {
  try {
    await readFile(join(root, templateFile));
    await readFile(join(root, 'dist/meta.json'));
    return await readFile(join(root, stampFile), 'utf8');
  } catch {
    // A missing file is all that can be wrong here, and means that there is no package to reuse.
    return undefined;
  }
}

/** Bundles, writes the fragments and lets osls make the template and the archives; needs no credentials, no network. */
export async function packageStack(): Promise<void> {
  const digest = await sourceDigest();
  await writeFragments(root);
  await bundleFunctions(root);
  // osls keeps its compiled schema in the home directory unless told otherwise.
  const env = { ...process.env, SLS_SCHEMA_CACHE_BASE_DIR: join(root, '.build') };
  const { exitCode, output } = await run(bin('osls'), ['package'], env);
  if (exitCode !== 0) throw new Error(`osls package failed:\n${output}`);
  await writeFile(join(root, stampFile), digest);
}

/** `packageStack`, unless the sources are those of the package that is there. */
export async function packageStackIfStale(): Promise<'packaged' | 'fresh'> {
  const [now, before] = await Promise.all([sourceDigest(), packagedDigest()]);
  if (now === before) return 'fresh';
  await packageStack();
  return 'packaged';
}
