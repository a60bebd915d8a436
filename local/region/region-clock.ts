/** The region's time: it runs faster than ours, and how much faster may change. */
export interface RegionClock {
  nowMs(): number;
  /** Virtual seconds per real second. */
  readonly speed: number;
  setSpeed(speed: number): void;
  /** Real milliseconds until that moment. */
  realMsUntil(ms: number): number;
  /** For threads of this process: [virtual ms, real ms of the anchor, speed]. */
  readonly shared: SharedArrayBuffer;
}

/** Real time on one scale for all threads and processes of the machine. */
export function realNowMs(): number {
  return performance.timeOrigin + performance.now();
}

export function createRegionClock(startMs: number, speed: number): RegionClock {
  const shared = new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT);
  const anchor = new Float64Array(shared);
  anchor.set([startMs, realNowMs(), speed]);
  return {
    shared,
    nowMs: () => Math.floor(virtualMs(anchor)),
    get speed() {
      return anchor[2] ?? 1;
    },
    setSpeed(next) {
      anchor.set([virtualMs(anchor), realNowMs(), next]);
    },
    realMsUntil: (ms) => Math.max(0, (ms - virtualMs(anchor)) / (anchor[2] ?? 1)),
  };
}

/** The moment that an anchor [virtual ms, real ms, speed] tells. */
export function virtualMs(anchor: ArrayLike<number>): number {
  const [startMs = 0, realMs = 0, speed = 1] = [anchor[0], anchor[1], anchor[2]];
  return startMs + (realNowMs() - realMs) * speed;
}

/**
 * Makes `Date` of this thread or process tell the region's time, for code that must not know: the bundles as deployed
 * and the queue emulator. Timers stay real.
 */
export function patchDate(nowMs: () => number): void {
  const RealDate = Date;
  const now = () => Math.floor(nowMs());
  const patched = new Proxy(RealDate, {
    construct: (target, args: [] | [number]) =>
      args.length === 0 ? new target(now()) : Reflect.construct(target, args),
    apply: () => new RealDate(now()).toString(),
    get: (target, property, receiver) => (property === 'now' ? now : Reflect.get(target, property, receiver)),
  });
  globalThis.Date = patched;
}
