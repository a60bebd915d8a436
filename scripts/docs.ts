import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { metricsPage } from './metrics-page.ts';
import { root } from './root.ts';

/** `npm run docs`: the pages of `docs/` that are made from code. */
await writeFile(join(root, 'docs/metrics.md'), metricsPage());
