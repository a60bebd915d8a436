import type { Engine } from './engine.ts';
import type { Provider, ReplayEvent } from './model.ts';

/**
 * One way to keep a service up, as the replay plays it. A new one, or Ballast under another policy, is one more entry
 * in `catalogue.ts`.
 */
export interface ReplayPolicy {
  /** For options and JSON. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** false: Ballast itself, in whatever variant. */
  readonly isRival: boolean;
  /** What the service's own strategy names. */
  readonly provider: Provider;
  /** Looks at the service from the first moment on. @returns who is told what ECS tells. */
  readonly start?: (engine: Engine) => Listener;
}

export type Listener = (event: ReplayEvent) => void;
