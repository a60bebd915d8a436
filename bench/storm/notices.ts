import type { EventBridgeEvent } from '../../local/world/world.ts';

/** ECS tells of a task under notice again with every step towards its end; only the first is news. */
export function firstNotices(listener: (event: EventBridgeEvent) => void): (event: EventBridgeEvent) => void {
  const told = new Set<string>();
  return (event) => {
    const taskArn = String(event.detail.taskArn);
    if (event.detail.stopCode !== 'SpotInterruption' || told.has(taskArn)) return;
    told.add(taskArn);
    listener(event);
  };
}

export function serviceNameOf({ detail }: EventBridgeEvent): string {
  return String(detail.group).replace(/^service:/, '');
}
