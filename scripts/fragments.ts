import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { alarms } from '../infra/alarms.ts';
import type { Resources } from '../infra/cloudformation.ts';
import { dashboards } from '../infra/dashboards.ts';
import { roles } from '../infra/roles.ts';
import { parseStackPolicy } from '../shared/policy/policy.ts';

/** Writes the fragments of serverless.yml that are made by code into `.build/`, since osls reads JSON but not TypeScript. */
export async function writeFragments(root: string): Promise<void> {
  const policy = parseStackPolicy(parse(await readFile(join(root, 'infra/policy.yml'), 'utf8')));
  const directory = join(root, '.build');
  await mkdir(directory, { recursive: true });
  const write = (file: string, resources: Resources) =>
    writeFile(join(directory, file), `${JSON.stringify({ Resources: resources }, undefined, 2)}\n`);
  await write('roles.json', roles(policy));
  await write('alarms.json', alarms());
  await write('dashboards.json', dashboards());
}
