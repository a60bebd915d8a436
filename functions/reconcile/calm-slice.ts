/** Calm services are looked at once in so many minutes. */
const slices = 15;

/** Whether it is this service's minute: a hash spreads the services evenly, so that no minute has them all. */
export function isCalmSlice(serviceArn: string, nowMs: number): boolean {
  let hash = 0;
  for (let index = 0; index < serviceArn.length; index += 1) {
    hash = (hash * 31 + serviceArn.charCodeAt(index)) >>> 0;
  }
  return hash % slices === Math.floor(nowMs / 60_000) % slices;
}
