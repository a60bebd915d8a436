import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

interface Partition {
  readonly id: string;
  readonly regionRegex: string;
  readonly regions: Readonly<Record<string, unknown>>;
}

/**
 * The SDK's table of AWS partitions without the regions that its patterns place in the same partition anyway: what is
 * said of a region there, its name in words, no endpoint is made of.
 */
export function withoutNamedRegions<T extends Partition>(partitions: readonly T[]): T[] {
  const byPattern = (region: string) =>
    partitions.find(({ regionRegex }) => new RegExp(regionRegex).test(region))?.id ?? 'aws';
  return partitions.map((partition) => ({
    ...partition,
    regions: Object.fromEntries(
      Object.entries(partition.regions).filter(([region]) => byPattern(region) !== partition.id),
    ),
  }));
}

/** The table in the SDK's module. */
export function partitionsIn(module: string): { readonly partitions: readonly Partition[] } {
  return JSON.parse(module.slice(module.indexOf('{'), module.lastIndexOf('}') + 1));
}

/** 0.8 KB gzipped less of each bundle. */
export const partitionsPlugin: Plugin = {
  name: 'partitions',
  setup(build) {
    build.onLoad({ filter: /[\\/]util-endpoints[\\/]lib[\\/]aws[\\/]partitions\.js$/ }, async ({ path }) => {
      const table = partitionsIn(await readFile(path, 'utf8'));
      const lean = { ...table, partitions: withoutNamedRegions(table.partitions) };
      return { contents: `export const partitionsInfo = ${JSON.stringify(lean)};`, loader: 'js' };
    });
  },
};
