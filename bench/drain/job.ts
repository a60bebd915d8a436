import type { Drained } from './drain.ts';

/** What a fresh process is asked to do. */
export interface DrainJob {
  readonly messages: number;
  /** Drained before on a stage of their own, so that compiled code is compared with compiled code. */
  readonly warmUpMessages: number;
  readonly samplesMemory: boolean;
}

export interface DrainAnswer extends Drained {
  readonly rssBeforeBytes: number;
  readonly rssPeakBytes: number;
  readonly heapPeakBytes: number;
  /** Of the process from its start, the world and the ledger in it. */
  readonly maxRssBytes: number;
}
