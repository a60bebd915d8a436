import type { CheckpointHook } from '../policy/policy.ts';

/**
 * Why no checkpoint may lie at that URI: a container that was taken over must not send its successor, or whoever reads
 * `Checkpoint Available`, to a place of its own choice.
 * @param hooks that the report may answer: a hook's `uri` and what lies below it is allowed, all of s3:// without one.
 * @returns a sentence with the place, without a query or user; `undefined` when it is allowed.
 */
export function uriProblem(uri: string, hooks: readonly CheckpointHook[]): string | undefined {
  if (hooks.some((hook) => isAllowed(uri, hook.uri))) return undefined;
  const places = hooks.map((hook) => (hook.uri === undefined ? 'anywhere in s3://' : `at or below ${hook.uri}`));
  const allowed = places.length === 0 ? 'no hook has a place for it' : `only ${[...new Set(places)].join(' or ')}`;
  return `no checkpoint may lie at ${placeOf(uri)}, ${allowed}`;
}

function isAllowed(uri: string, prefix: string | undefined): boolean {
  if (prefix === undefined) return uri.startsWith('s3://');
  if (uri === prefix) return true;
  return uri.startsWith(`${prefix}/`) && !climbs(uri.slice(prefix.length));
}

/** Whether a path has a segment `..`, as anybody may read it who resolves it: encoded, or with backslashes. */
function climbs(path: string): boolean {
  const plain = path.replace(/%2e/gi, '.').replace(/%2f|%5c/gi, '/');
  return plain.split(/[/\\?#]/).includes('..');
}

/** Queries and users may hold secrets. */
function placeOf(uri: string): string {
  return uri.replace(/[?#].*$/s, '').replace(/^([^:/]+:\/\/)[^/]*@/, '$1');
}
