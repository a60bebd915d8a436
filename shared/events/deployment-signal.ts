import { serviceSignal } from './deployment-state-change.ts';
import type { ServiceSignal } from './facts.ts';
import { hookDetailType, hookSignal } from './hook-state-change.ts';

/** What a message of the queue of deployments says: events of two detail-types come through it. Errors as theirs. */
export function deploymentSignal(body: unknown, receivedAtMs: number): ServiceSignal | undefined {
  return isOfHook(body) ? hookSignal(body, receivedAtMs) : serviceSignal(body, receivedAtMs);
}

function isOfHook(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'detail-type' in body && body['detail-type'] === hookDetailType;
}
