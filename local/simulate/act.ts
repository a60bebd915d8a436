import type { Stage } from './stage.ts';

/** Something that people or the market do at a moment. */
export interface Act {
  /** Since the storm began. */
  readonly atMs: number;
  readonly title: string;
  run(stage: Stage): void | Promise<void>;
}
