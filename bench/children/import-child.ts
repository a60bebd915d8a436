import { pathToFileURL } from 'node:url';
import type { ImportTime } from '../bundles/import-time.ts';

/** Run with the path of a bundle: tells what its import takes, and with its clients made where it offers that. */
const url = pathToFileURL(process.argv[2] ?? '').href;
const startMs = performance.now();
const startCpu = process.cpuUsage();
const { construct }: { construct?: unknown } = await import(url);
const importMs = performance.now() - startMs;
if (typeof construct === 'function') construct();
const readyMs = performance.now() - startMs;
const { user, system } = process.cpuUsage(startCpu);
const answer: ImportTime = { importMs, readyMs, cpuMs: (user + system) / 1000 };
process.send?.(answer, () => process.disconnect?.());
