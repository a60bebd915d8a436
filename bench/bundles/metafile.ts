import type { Metafile } from 'esbuild';

/** Package → class of the client, by the imports of `shared/adapters/clients.ts`. */
export function clientClasses(source: string): ReadonlyMap<string, string> {
  const imports = source.matchAll(/import \{ (\w+Client) \} from '(@aws-sdk\/client-[^']+)'/g);
  return new Map([...imports].map(([, className = '', client = '']) => [client, className]));
}

/** AWS SDK clients that a bundle contains something of. */
export function clientsIn(metafile: Metafile, output: string): string[] {
  const clients = [...packagesIn(metafile, output).keys()].filter((name) => name.startsWith('@aws-sdk/client-'));
  return clients.sort();
}

/** Minified bytes by package, most first; what is in no package is the project's own. */
export function packagesIn(metafile: Metafile, output: string): ReadonlyMap<string, number> {
  const found = metafile.outputs[output];
  if (found === undefined) throw new Error(`esbuild made no ${output}`);
  const bytes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(found.inputs)) {
    if (bytesInOutput === 0) continue;
    const name = packageOf(path);
    bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
  }
  return new Map([...bytes].sort(([, left], [, right]) => right - left));
}

/** Modules of Node that the bundles import as they start; those that are loaded on demand are left out. */
export function nodeImportsIn(metafile: Metafile): string[] {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const paths = imports.filter(({ external, kind }) => external && kind === 'import-statement').map(({ path }) => path);
  return [...new Set(paths)].sort();
}

function packageOf(path: string): string {
  const marker = 'node_modules/';
  const from = path.lastIndexOf(marker);
  if (from === -1) return 'ballast';
  const segments = path.slice(from + marker.length).split('/');
  return segments.slice(0, segments[0]?.startsWith('@') ? 2 : 1).join('/');
}
