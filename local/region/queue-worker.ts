import { parentPort, workerData } from 'node:worker_threads';
import { buildApp } from 'fauxqs';
import { patchDate, virtualMs } from './region-clock.ts';

/**
 * The queue emulator in a thread of its own, so that its clock can be the region's: it reads delays, visibility and
 * deduplication off `Date`.
 */
const anchor = new Float64Array(workerData.clock);
patchDate(() => virtualMs(anchor));
const app = buildApp({ logger: false, defaultRegion: workerData.region });
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
parentPort?.postMessage(typeof address === 'object' ? address?.port : undefined);
