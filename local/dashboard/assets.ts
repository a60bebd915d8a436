import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { pageStyle } from './page-style.ts';

/**
 * What the page loads: its script with uPlot in it, and the style of both. uPlot draws on a canvas, needs no inline
 * script or style and nothing else, and is 50 KB; ECharts would draw the same with twenty times as much.
 */
export interface Assets {
  readonly script: string;
  readonly style: string;
}

const main = fileURLToPath(new URL('browser/main.ts', import.meta.url));
const chartStyle = new URL('../../node_modules/uplot/dist/uPlot.min.css', import.meta.url);

export async function buildAssets(): Promise<Assets> {
  const { outputFiles } = await build({
    entryPoints: [main],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    legalComments: 'inline',
    logLevel: 'silent',
  });
  return { script: outputFiles[0]?.text ?? '', style: readFileSync(chartStyle, 'utf8') + pageStyle };
}
