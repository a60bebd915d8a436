import type { Clock } from './ports/clock.ts';

/** The ECS API groups that decisions call: one token bucket each per account and Region. */
export type ApiGroup = 'service_read' | 'service_modify' | 'cluster_resource_read';

/** AWS's published buckets ("Request throttling" in the Amazon ECS API reference): burst, and refill per second. */
const published: Readonly<Record<ApiGroup, { readonly burst: number; readonly perSecond: number }>> = {
  service_read: { burst: 100, perSecond: 20 },
  service_modify: { burst: 50, perSecond: 5 },
  cluster_resource_read: { burst: 100, perSecond: 20 },
};

/** A share of the account's API rates, kept by each environment of `decide` for itself. */
export interface Pace {
  /** Takes so many calls if they may be made now, leaving `keep` to whoever matters more. */
  take(group: ApiGroup, calls: number, keep?: number): boolean;
  /** Whether so many calls may be made now. */
  has(group: ApiGroup, calls: number): boolean;
  /** Puts so many calls in line. @returns when they may be made, epoch milliseconds; `undefined`: too far away, try later. */
  reserve(group: ApiGroup, calls: number): number | undefined;
  /** AWS has throttled: others use the account too, and the bucket is taken for empty. */
  emptied(group: ApiGroup): void;
}

/** What is further away is not promised: by then everything may be different. */
const horizonMs = 120_000;

/**
 * @param sharePercent of the published rates.
 * @param concurrency environments that share it; each has its own bucket, none knows the others'.
 */
export function createPace(
  { sharePercent, concurrency }: { readonly sharePercent: number; readonly concurrency: number },
  clock: Clock,
): Pace {
  const share = sharePercent / 100 / concurrency;
  const buckets = new Map<ApiGroup, { tokens: number; atMs: number }>();

  const roomOf = (group: ApiGroup) => Math.max(1, published[group].burst * share);

  const bucketOf = (group: ApiGroup) => {
    const { perSecond } = published[group];
    const nowMs = clock.nowMs();
    const bucket = buckets.get(group) ?? { tokens: roomOf(group), atMs: nowMs };
    const earned = ((nowMs - bucket.atMs) / 1000) * perSecond * share;
    bucket.tokens = Math.min(roomOf(group), bucket.tokens + earned);
    bucket.atMs = nowMs;
    buckets.set(group, bucket);
    return bucket;
  };

  return {
    take(group, calls, keep = 0) {
      const bucket = bucketOf(group);
      // A small share has no room for all of it: then a full bucket is enough, else it would never be.
      if (bucket.tokens < Math.min(calls + keep, roomOf(group))) return false;
      bucket.tokens -= calls;
      return true;
    },
    has: (group, calls) => bucketOf(group).tokens >= Math.min(calls, roomOf(group)),
    reserve(group, calls) {
      const bucket = bucketOf(group);
      const lacking = Math.max(0, calls - bucket.tokens);
      const waitMs = Math.ceil((lacking / (published[group].perSecond * share)) * 1000);
      if (waitMs > horizonMs) return undefined;
      bucket.tokens -= calls;
      return clock.nowMs() + waitMs;
    },
    emptied(group) {
      const bucket = bucketOf(group);
      bucket.tokens = Math.min(bucket.tokens, 0);
    },
  };
}
