import { describe, expect, it } from 'vitest';
import { createCpuMeter } from '../../../bench/drain/meter.ts';

/** Each reading tells so much more than the one before. */
function cpuThatTakes(stepsUs: readonly number[]) {
  let user = 0;
  const steps = [...stepsUs];
  return () => {
    user += steps.shift() ?? 0;
    return { user, system: 1 };
  };
}

describe('the CPU meter', () => {
  it('counts what is inside and nothing in between', async () => {
    const meter = createCpuMeter(cpuThatTakes([0, 10, 500, 20]));
    await meter.around(async () => {});
    await meter.around(async () => {});
    expect(meter.cpuUs).toBe(30);
  });

  it("takes the test stand's own work out", async () => {
    // Start; the stand begins after 5 and takes 100; another 7 until the end.
    const meter = createCpuMeter(cpuThatTakes([0, 5, 100, 7]));
    const answer = await meter.around(async () => meter.without(() => 'answer'));
    expect(answer).toBe('answer');
    expect(meter.cpuUs).toBe(12);
  });

  it('counts also what fails, and passes the error on', async () => {
    const meter = createCpuMeter(cpuThatTakes([0, 9]));
    await expect(
      meter.around(async () => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(meter.cpuUs).toBe(9);
  });
});
