import * as z from 'zod/mini';

/** A recording of Spot capacity, of the form that skypilot-org/spot-traces has; further members are ignored. */
const recordingSchema = z.object(
  {
    metadata: z.object(
      { gap_seconds: z.number('expected seconds between two samples').check(z.positive('expected more than 0 s')) },
      'expected an object with gap_seconds',
    ),
    data: z
      .array(z.number('expected a number').check(z.nonnegative('expected 0 or more')), 'expected a list of samples')
      .check(z.minLength(1, 'expected at least one sample')),
  },
  'expected an object with metadata and data',
);

export type Recording = z.infer<typeof recordingSchema>;

/** Spot capacity from a moment on, in tasks of the replayed service. */
export interface Segment {
  /** Milliseconds since the trace began. */
  readonly atMs: number;
  readonly capacity: number;
}

export interface Trace {
  readonly name: string;
  readonly lengthMs: number;
  readonly gapSeconds: number;
  /** The first is at 0; each differs from the one before. */
  readonly segments: readonly [Segment, ...Segment[]];
}

/** A file or option that cannot be used; the message names it. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** @throws InputError naming the file and the member. */
export function parseRecording(file: string, text: string): Recording {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file}: is no JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const parsed = recordingSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const member = memberOf(issue?.path ?? []);
    throw new InputError(`${file}: ${member}${issue?.message ?? 'invalid'}`);
  }
  if (maximum(parsed.data.data) === 0) {
    throw new InputError(`${file}: data: never any capacity, so there is no measure for a whole service`);
  }
  return parsed.data;
}

/** The recording as a service of so many tasks meets it: the most that was ever there is all of it. */
export function traceOf(name: string, { metadata, data }: Recording, tasks: number): Trace {
  const gapMs = metadata.gap_seconds * 1_000;
  const whole = maximum(data);
  const capacityAt = (sample: number) => Math.round((sample / whole) * tasks);
  const segments: [Segment, ...Segment[]] = [{ atMs: 0, capacity: capacityAt(data[0] ?? 0) }];
  data.forEach((sample, index) => {
    const capacity = capacityAt(sample);
    if (segments.at(-1)?.capacity !== capacity) segments.push({ atMs: Math.round(index * gapMs), capacity });
  });
  return { name, lengthMs: Math.round(data.length * gapMs), gapSeconds: metadata.gap_seconds, segments };
}

/** How much of the service Spot could carry over the whole trace, 0 to 1, and how often it fell. */
export function traceFigures({ segments, lengthMs }: Trace, tasks: number): { readonly share: number; falls: number } {
  let taskMs = 0;
  let falls = 0;
  segments.forEach(({ atMs, capacity }, index) => {
    taskMs += Math.min(tasks, capacity) * ((segments[index + 1]?.atMs ?? lengthMs) - atMs);
    if (capacity < (segments[index - 1]?.capacity ?? 0)) falls += 1;
  });
  return { share: taskMs / (tasks * lengthMs), falls };
}

function maximum(data: readonly number[]): number {
  return data.reduce((most, sample) => Math.max(most, sample), 0);
}

function memberOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '';
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return `${text.replace(/^\./, '')}: `;
}
