import type { ServiceSignal } from '../../events/facts.ts';
import { isRollbackText } from '../rollout.ts';
import type { Symptom } from './deployment-facts.ts';

/** What of a service's signals makes one ask why; `undefined` for all that is as it should be. */
export function symptomOf(signal: ServiceSignal): Symptom | undefined {
  switch (signal.kind) {
    case 'deployment_failed':
    case 'task_start_impaired':
    case 'task_configuration_failure':
    case 'hook_failed':
      return signal.kind;
    case 'deployment_in_progress':
      return isRollbackText(signal.reason ?? '') ? 'rolled_back' : undefined;
    default:
      return undefined;
  }
}
