import type { IncomingMessage, ServerResponse } from 'node:http';
import type { World } from '../world/world.ts';

/** `GET /v4/TASK-ID/task`: what a container asks without credentials. @returns whether it was that. */
export function serveTaskMetadata(world: World, request: IncomingMessage, response: ServerResponse): boolean {
  const [, taskId] = /^\/v4\/([^/]+)\/task$/.exec(request.url ?? '') ?? [];
  if (request.method !== 'GET' || taskId === undefined) return false;
  const metadata = world.taskMetadata(taskId);
  response.writeHead(metadata === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(metadata ?? `V4 task metadata handler: unable to get task ${taskId}`));
  return true;
}
