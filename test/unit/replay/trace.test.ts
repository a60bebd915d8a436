import { describe, expect, it } from 'vitest';
import { syntheticTraces } from '../../../local/replay/synthetic.ts';
import { InputError, parseRecording, traceFigures, traceOf } from '../../../local/replay/trace.ts';

/** What reading the file says. */
function refusal(text: string): string {
  try {
    parseRecording('zone.json', text);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

const json = (value: unknown) => refusal(JSON.stringify(value));

describe('a recording', () => {
  it('is read with whatever else it holds', () => {
    const recording = parseRecording(
      'zone.json',
      '{"metadata":{"gap_seconds":195,"zone":"a"},"data":[1,0],"prices":[3]}',
    );

    expect(recording.data).toEqual([1, 0]);
    expect(recording.metadata.gap_seconds).toBe(195);
  });

  it('that is none is refused with its file and member', () => {
    const metadata = { gap_seconds: 60 };

    expect(refusal('{"data": [1')).toMatch(/^zone\.json: is no JSON: /);
    expect(json([1, 2])).toBe('zone.json: expected an object with metadata and data');
    expect(json({ data: [1] })).toBe('zone.json: metadata: expected an object with gap_seconds');
    expect(json({ metadata: {}, data: [1] })).toBe(
      'zone.json: metadata.gap_seconds: expected seconds between two samples',
    );
    expect(json({ metadata: { gap_seconds: 0 }, data: [1] })).toBe(
      'zone.json: metadata.gap_seconds: expected more than 0 s',
    );
    expect(json({ metadata })).toBe('zone.json: data: expected a list of samples');
    expect(json({ metadata, data: [] })).toBe('zone.json: data: expected at least one sample');
    expect(json({ metadata, data: [1, 2, 'x'] })).toBe('zone.json: data[2]: expected a number');
    expect(json({ metadata, data: [1, null] })).toBe('zone.json: data[1]: expected a number');
    expect(json({ metadata, data: [1, -1] })).toBe('zone.json: data[1]: expected 0 or more');
    expect(json({ metadata, data: [0, 0] })).toBe(
      'zone.json: data: never any capacity, so there is no measure for a whole service',
    );
  });

  it('is scaled so that the most it ever had is the whole service', () => {
    const trace = traceOf('zone', { metadata: { gap_seconds: 300 }, data: [4, 4, 3, 1, 0, 0, 2] }, 10);

    expect(trace.segments).toEqual([
      { atMs: 0, capacity: 10 },
      { atMs: 600_000, capacity: 8 },
      { atMs: 900_000, capacity: 3 },
      { atMs: 1_200_000, capacity: 0 },
      { atMs: 1_800_000, capacity: 5 },
    ]);
    expect(trace.lengthMs).toBe(2_100_000);
    // 10, 10, 8, 3, 0, 0 and 5 of ten.
    expect(traceFigures(trace, 10).share).toBeCloseTo(36 / 70, 12);
    expect(traceFigures(trace, 10).falls).toBe(3);
  });

  it('with changes too small for the service has none', () => {
    expect(traceOf('zone', { metadata: { gap_seconds: 60 }, data: [100, 99, 98, 100] }, 2).segments).toHaveLength(1);
  });
});

describe('the traces of our own', () => {
  const shapeOf = (seed: number) =>
    syntheticTraces(10, seed).map((trace) => ({ name: trace.name, ...traceFigures(trace, 10) }));

  it('are the same for the same seed, and others for another', () => {
    expect(syntheticTraces(10, 3)).toEqual(syntheticTraces(10, 3));
    expect(syntheticTraces(10, 4)).not.toEqual(syntheticTraces(10, 3));
  });

  it.each([1, 2, 3])('have the shapes that they are named for, seed %i', (seed) => {
    const [calm, flapping, zoneLoss, drought] = shapeOf(seed);

    expect(calm?.share).toBeGreaterThan(0.99);
    expect(flapping?.falls).toBeGreaterThan(100);
    expect(zoneLoss?.share).toBeGreaterThan(0.8);
    expect(zoneLoss?.share).toBeLessThan(0.999);
    expect(drought?.share).toBeGreaterThan(0.65);
    expect(drought?.share).toBeLessThan(0.85);
  });
});
