/** Numbers and times as the page writes them. Times are UTC, as CloudWatch shows them unless told otherwise. */

export function clock(ms: number, withSeconds = false): string {
  return new Date(ms).toISOString().slice(11, withSeconds ? 19 : 16);
}

export function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** At most four digits that say something; a thousand as `1.2K`. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1_000_000) return `${short(value / 1_000_000)}M`;
  if (size >= 10_000) return `${short(value / 1_000)}K`;
  if (size >= 100) return String(Math.round(value * 10) / 10);
  if (size >= 1) return short(value);
  return String(Number(value.toPrecision(3)));
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

const units: Readonly<Record<string, string>> = {
  Milliseconds: ' ms',
  Seconds: ' s',
  Percent: ' %',
};

/** Counts and dollars have none: the title says what is counted. */
export function unitText(unit: string): string {
  return units[unit] ?? '';
}

/** `3 min`, `2 h 5 min` */
export function lengthText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1_000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
