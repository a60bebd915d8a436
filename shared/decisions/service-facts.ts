import type { Service } from '../ports/ecs.ts';
import type { StoredService } from '../ports/ledger.ts';
import type { ControlState } from './control-state.ts';

/** Everything a capacity decision is made from, read at decision time. */
export interface ServiceFacts {
  readonly serviceArn: string;
  readonly clusterArn: string;
  /** The primary; absent when ECS does not know it any more. */
  readonly primary?: Service;
  /** Tasks of the primary with desiredStatus RUNNING, the pending ones included: ListTasks. */
  readonly listedTasks: number;
  /** The bridge that the control state names; absent when ECS does not know it. */
  readonly bridge?: Service;
  readonly ledger: StoredService & { readonly control: ControlState };
  readonly paused: boolean;
}
