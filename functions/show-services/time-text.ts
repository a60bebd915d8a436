const minuteMs = 60_000;

/** Clocks in the viewer's zone. */
export interface Clocks {
  /** `09:14:03` */
  seconds(ms: number): string;
  /** `09:14`, and the day where it is midnight: `2 Mar`. */
  axis(ms: number): string;
  /** `2 Mar 09:14:03` */
  full(ms: number): string;
  /** The moment that round steps of the axis are counted from. */
  readonly offsetMs: number;
  readonly zone: string;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function clocksOf({ offsetMinutes, zone }: { readonly offsetMinutes: number; readonly zone: string }): Clocks {
  const offsetMs = offsetMinutes * minuteMs;
  const iso = (ms: number) => new Date(ms + offsetMs).toISOString();
  const day = (ms: number) => `${Number(iso(ms).slice(8, 10))} ${months[Number(iso(ms).slice(5, 7)) - 1]}`;
  return {
    seconds: (ms) => iso(ms).slice(11, 19),
    axis: (ms) => (iso(ms).slice(11, 16) === '00:00' ? day(ms) : iso(ms).slice(11, 16)),
    full: (ms) => `${day(ms)} ${iso(ms).slice(11, 19)}`,
    offsetMs,
    zone,
  };
}

/** `40 s`, `14 min`, `3 h`, `2 d`: whole ones, rounded down. */
export function lengthText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
