import type { Workshop } from './build.ts';
import { packagesIn } from './metafile.ts';

export interface Composition {
  readonly name: string;
  /** KB of minified code, most first. */
  readonly packages: readonly { readonly name: string; readonly kb: number }[];
}

const shownMax = 12;

export function compositionsOf({ bundles, metafile }: Workshop): Composition[] {
  return bundles.map(({ name }) => ({
    name,
    packages: [...packagesIn(metafile, `dist/${name}/index.mjs`)].map(([packageName, bytes]) => ({
      name: packageName,
      kb: bytes / 1024,
    })),
  }));
}

/** A line per bundle; what is small is summed up. */
export function compositionLines(compositions: readonly Composition[]): string[] {
  const width = Math.max(0, ...compositions.map(({ name }) => name.length));
  return compositions.map(({ name, packages }) => {
    const rest = packages.slice(shownMax).reduce((sum, { kb }) => sum + kb, 0);
    const parts = packages.slice(0, shownMax).map((one) => `${one.name} ${one.kb.toFixed(0)}`);
    return `  ${name.padEnd(width)}  ${[...parts, ...(rest > 0 ? [`others ${rest.toFixed(0)}`] : [])].join(', ')}`;
  });
}
