import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { lambdaFunctions } from '../../infra/functions.ts';
import { bundleFunctions } from '../../scripts/bundle.ts';
import { policyPlugin } from '../../scripts/policy-plugin.ts';
import { root } from '../../scripts/root.ts';
import { clientClasses, clientsIn, nodeImportsIn } from './metafile.ts';

export interface Bundle {
  readonly name: string;
  /** Made by the project's own build. */
  readonly file: string;
  /** The same AWS clients and nothing else, by esbuild's defaults. */
  readonly stockFile: string;
  readonly clients: readonly string[];
}

export interface Workshop {
  readonly folder: string;
  readonly bundles: readonly Bundle[];
  readonly metafile: Metafile;
  /** A function that does nothing. */
  readonly emptyFile: string;
  /** Imports what any of the bundles imports of Node itself: the part of their import that no bundling changes. */
  readonly nodeModulesFile: string;
  /** What fresh processes run: bundled, since stripping types would take time and memory of its own. */
  readonly child: (name: 'import' | 'drain') => string;
}

/** Builds everything that is measured into a temporary folder: whoever builds `dist/` meanwhile changes nothing here. */
export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'ballast-bench-'));
  // The build works in any root that has the sources; links are enough.
  for (const part of ['functions', 'shared', 'infra', 'node_modules'])
    await symlink(join(root, part), join(folder, part));
  const metafile = await bundleFunctions(folder);
  const classes = clientClasses(await readFile(join(root, 'shared/adapters/clients.ts'), 'utf8'));
  const bundles = await Promise.all(
    lambdaFunctions.map(async ({ name }): Promise<Bundle> => {
      const clients = clientsIn(metafile, `dist/${name}/index.mjs`);
      return {
        name,
        clients,
        file: join(folder, 'dist', name, 'index.mjs'),
        stockFile: await buildStock(folder, name, clients, classes),
      };
    }),
  );
  const emptyFile = join(folder, 'empty.mjs');
  await writeFile(emptyFile, 'export const handler = async () => {};\n');
  const nodeModulesFile = join(folder, 'node-modules.mjs');
  await writeFile(
    nodeModulesFile,
    nodeImportsIn(metafile)
      .map((path) => `import '${path}';\n`)
      .join(''),
  );
  await buildChildren(folder);
  return {
    folder,
    bundles,
    metafile,
    emptyFile,
    nodeModulesFile,
    child: (name) => join(folder, 'children', `${name}-child.mjs`),
  };
}

/** What a function begins with that imports the clients and makes them, with the default chain of credentials. */
async function buildStock(
  folder: string,
  name: string,
  clients: readonly string[],
  classes: ReadonlyMap<string, string>,
): Promise<string> {
  const parts = clients.map((client) => {
    const className = classes.get(client);
    if (className === undefined) throw new Error(`shared/adapters/clients.ts makes no client of ${client}`);
    return { client, className };
  });
  const lines = [
    ...parts.map(({ client, className }) => `import { ${className} } from '${client}';`),
    `export const construct = () => [${parts.map(({ className }) => `new ${className}({})`).join(', ')}];`,
  ];
  await mkdir(join(folder, 'stock'), { recursive: true });
  const entry = join(folder, 'stock', `${name}.ts`);
  const outfile = join(folder, 'stock', name, 'index.cjs');
  await writeFile(entry, `${lines.join('\n')}\n`);
  await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    logLevel: 'error',
  });
  return outfile;
}

async function buildChildren(folder: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['import', 'drain'].map((name) => ({ in: `./bench/children/${name}-child.ts`, out: `${name}-child` })),
    outdir: join(folder, 'children'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: ['node24', 'es2024'],
    mainFields: ['module', 'main'],
    // The world learns an SDK command's action by the name of its class.
    keepNames: true,
    plugins: [policyPlugin],
    logLevel: 'error',
  });
}
