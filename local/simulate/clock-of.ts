const minute = 60_000;

/** `12:34.567` since the storm began. */
export function clockOf(ms: number): string {
  const minutes = String(Math.floor(ms / minute)).padStart(2, '0');
  const seconds = String(Math.floor((ms % minute) / 1_000)).padStart(2, '0');
  return `${minutes}:${seconds}.${String(ms % 1_000).padStart(3, '0')}`;
}
