import stackPolicy from '../../infra/policy.yml';
import { drain } from '../drain/drain.ts';
import type { DrainAnswer, DrainJob } from '../drain/job.ts';
import { createStage } from '../drain/stage.ts';

/** Run with a `DrainJob` as JSON. Peak memory is sampled where nobody measures CPU: reading it costs some. */
const { messages, warmUpMessages, samplesMemory }: DrainJob = JSON.parse(process.argv[2] ?? '');
if (warmUpMessages > 0) await drain(createStage(), warmUpMessages, stackPolicy);
const stage = createStage();
// The last resort also gives the pages back to the system: what setting the stage left would hide growth.
globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
const rssBefore = process.memoryUsage.rss();
let rssPeak = rssBefore;
let heapPeak = 0;
const sample = (): void => {
  const { rss, heapUsed } = process.memoryUsage();
  rssPeak = Math.max(rssPeak, rss);
  heapPeak = Math.max(heapPeak, heapUsed);
};
const drained = await drain(stage, messages, stackPolicy, samplesMemory ? sample : undefined);
const answer: DrainAnswer = {
  ...drained,
  rssBeforeBytes: rssBefore,
  rssPeakBytes: rssPeak,
  heapPeakBytes: heapPeak,
  maxRssBytes: process.resourceUsage().maxRSS * 1024,
};
process.send?.(answer, () => process.disconnect?.());
