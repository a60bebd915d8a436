/** CloudWatch Logs for the region: what the functions wrote and that is no metric. */
export interface LogLine {
  readonly atMs: number;
  readonly line: string;
}

export interface LogStore {
  add(logGroup: string, line: string, atMs: number): void;
  /** From the oldest on; empty for a group that nobody has written to. */
  of(logGroup: string): readonly LogLine[];
}

/** Of each group: a region that runs for days must not fill the memory with them. */
const linesMax = 20_000;

export function createLogStore(): LogStore {
  const groups = new Map<string, LogLine[]>();
  return {
    add(logGroup, line, atMs) {
      const lines = groups.get(logGroup) ?? [];
      groups.set(logGroup, lines);
      lines.push({ atMs, line });
      if (lines.length > linesMax) lines.splice(0, linesMax / 10);
    },
    of: (logGroup) => groups.get(logGroup) ?? [],
  };
}
