import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { atMost, type Row } from '../row.ts';
import type { Bundle } from './build.ts';

const compress = promisify(gzip);
const sensorKb = 90;
const decideKb = 130;

/** KB are 1,024 bytes of `index.mjs` as `gzip -9` leaves it, without the source map: as in `infra/bundle-budgets.json`. */
export async function sizeRows(bundles: readonly Bundle[]): Promise<Row[]> {
  return Promise.all(
    bundles.map(async ({ name, file, stockFile }): Promise<Row> => {
      const [ours, stock] = await Promise.all([gzippedKb(file), gzippedKb(stockFile)]);
      const boundKb = name.startsWith('on-') ? sensorKb : name === 'decide' ? decideKb : undefined;
      return {
        section: 'bundle size, gzipped',
        what: name,
        unit: 'KB',
        value: ours,
        beside: { stock },
        ratio: ours / stock,
        ...(boundKb === undefined ? {} : { goal: atMost(ours, boundKb, `${boundKb} KB`) }),
      };
    }),
  );
}

async function gzippedKb(file: string): Promise<number> {
  return (await compress(await readFile(file), { level: 9 })).length / 1024;
}
