import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { lambdaFunctions } from '../../infra/functions.ts';
import { leanSchemasPlugin, withoutErrorClasses, withPlainKeys } from '../../scripts/lean-schemas-plugin.ts';
import { leanSdkPlugin } from '../../scripts/lean-sdk-plugin.ts';
import { partitionsIn, withoutNamedRegions } from '../../scripts/partitions-plugin.ts';
import { root } from '../../scripts/root.ts';
import { bundleOf } from './bundles.ts';

const ofSdk = (path: string) => readFileSync(join(root, 'node_modules/@aws-sdk', path), 'utf8');

describe('what is left out of the bundles', () => {
  it.each(lambdaFunctions.map(({ name }) => name))('leaves what reads ~/.aws out of %s', (name) => {
    const { imports, inputs } = bundleOf(name);
    const held = Object.keys(inputs).filter((path) => (inputs[path]?.bytesInOutput ?? 0) > 0);
    expect(held.length).toBeGreaterThan(0);
    expect(held.filter((path) => path.includes('/shared-ini-file-loader/'))).toEqual([]);
    expect(imports.map(({ path }) => path)).not.toContain('node:fs/promises');
  });

  it.each([
    [leanSdkPlugin, 'Sha256Js.js: nothing is replaced'],
    [leanSchemasPlugin, 'client-dynamodb were found: nothing is left out'],
  ])('stops the build when $name has nothing to do any more', async (plugin, text) => {
    const building = build({
      stdin: { contents: 'export const handler = 1;' },
      write: false,
      bundle: true,
      plugins: [plugin],
      logLevel: 'silent',
    });
    await expect(building).rejects.toThrow(text);
  });
});

describe('schemas', () => {
  it.each(['dynamodb', 'ec2', 'ecs', 'lambda'])('of %s say the same with plain keys', async (client) => {
    const schemas = ofSdk(`client-${client}/dist-es/schemas/schemas_0.js`);
    const lean = withPlainKeys(schemas);
    expect(schemas).toMatch(/\[_\w+\]:/);
    expect(lean).not.toMatch(/\[_\w+\]:/);
    expect(await evaluated(lean)).toBe(await evaluated(schemas));
  });
});

/** What a module of schemas exports, as text; what it imports does nothing. */
async function evaluated(schemas: string): Promise<string> {
  const alone = schemas.replaceAll(/^import .*$/gm, '').replaceAll(/^\w+\.registerError\(.*$/gm, '');
  const registry = 'class TypeRegistry {}\n';
  const module: object = await import(`data:text/javascript,${encodeURIComponent(registry + alone)}`);
  return JSON.stringify(module, (_, value) => (typeof value === 'function' ? String(value) : value));
}

describe('error classes', () => {
  it('are no longer registered, but for those that are more than a name', () => {
    const schemas = ofSdk('client-dynamodb/dist-es/schemas/schemas_0.js');
    const registered = (text: string) =>
      [...text.matchAll(/registry\.registerError\(\w+\$, (\w+)\)/g)].map(([, name]) => name);
    expect(registered(schemas).length).toBeGreaterThan(30);
    expect(registered(withoutErrorClasses(schemas))).toEqual([
      'DynamoDBServiceException',
      'ConditionalCheckFailedException',
      'ReplicatedWriteConflictException',
    ]);
  });
});

describe('the table of AWS partitions', () => {
  const { partitions } = partitionsIn(ofSdk('core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js'));
  const lean = withoutNamedRegions(partitions);

  /** As the SDK looks: by name, by pattern, else the one of everybody. */
  const partitionOf = (region: string, among: typeof partitions) =>
    (
      among.find(({ regions }) => region in regions) ??
      among.find(({ regionRegex }) => new RegExp(regionRegex).test(region))
    )?.id ?? 'aws';

  it('places every region where it was, and those to come', () => {
    const regions = partitions.flatMap((partition) => Object.keys(partition.regions));
    expect(regions.length).toBeGreaterThan(40);
    for (const region of [...regions, 'us-east-9', 'cn-west-7', 'us-gov-south-1', 'mars-north-1'])
      expect([region, partitionOf(region, lean)]).toEqual([region, partitionOf(region, partitions)]);
  });

  it('names no region that a pattern places', () => {
    const named = lean.flatMap((partition) => Object.keys(partition.regions));
    expect(named.filter((region) => /^[a-z]+-[a-z]+-\d$/.test(region))).toEqual([]);
  });
});
