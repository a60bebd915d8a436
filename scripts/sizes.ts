import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { lambdaFunctions } from '../infra/functions.ts';

const compress = promisify(gzip);

export interface BundleSize {
  readonly name: string;
  readonly gzippedKb: number;
  readonly budgetKb: number;
}

/** Gzipped size of each bundle beside its budget in `infra/bundle-budgets.json`. */
export async function bundleSizes(root: string): Promise<BundleSize[]> {
  const budgets = await readBudgets(root);
  return Promise.all(
    lambdaFunctions.map(async ({ name }) => {
      const gzipped = await compress(await readFile(join(root, 'dist', name, 'index.mjs')), { level: 9 });
      const budgetKb = budgets[name];
      if (budgetKb === undefined) throw new Error(`infra/bundle-budgets.json has no budget for ${name}`);
      return { name, gzippedKb: Math.round(gzipped.length / 102.4) / 10, budgetKb };
    }),
  );
}

async function readBudgets(root: string): Promise<Record<string, number>> {
  const value: unknown = JSON.parse(await readFile(join(root, 'infra/bundle-budgets.json'), 'utf8'));
  if (typeof value !== 'object' || value === null) throw new Error('infra/bundle-budgets.json is no object');
  return Object.fromEntries(
    Object.entries(value).map(([name, budgetKb]) => {
      if (typeof budgetKb !== 'number') throw new Error(`infra/bundle-budgets.json: ${name} is no number of KB`);
      return [name, budgetKb];
    }),
  );
}
