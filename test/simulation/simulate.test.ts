import { describe, expect, it } from 'vitest';
import { loadRules } from '../../local/rules.ts';
import { plantedBugs } from '../../local/simulate/planted-bugs.ts';
import { runStorm } from '../../local/simulate/run-storm.ts';
import { loadStackPolicy } from '../../local/stack-policy.ts';

const around = { rules: loadRules(), stackPolicy: loadStackPolicy() };

describe('the simulation of storms', () => {
  it.each([1, 5])('sees every invariant hold in the storm of seed %i', async (seed) => {
    const { violations } = await runStorm(seed, around);

    expect(violations).toEqual([]);
  });

  it('tells the same storm to the last line when its seed is played again', async () => {
    const told = async () => {
      const lines: string[] = [];
      await runStorm(5, { ...around, trace: (line) => lines.push(line) });
      return lines.join('\n');
    };

    const first = await told();

    expect(first.length).toBeGreaterThan(10_000);
    expect(await told()).toBe(first);
  });

  it('is the same storm whoever watches', async () => {
    const watched = await runStorm(5, around);
    const alone = await runStorm(5, { ...around, invariants: [] });

    expect(alone.portCalls).toBe(watched.portCalls);
    expect(alone.reasons).toEqual(watched.reasons);
  });

  it('notices a bridge that is sized to the whole service', async () => {
    const bug = plantedBugs.find(({ name }) => name === 'sized to the whole service');
    const { violations } = await runStorm(1, { ...around, bug });

    expect(violations.map(({ invariant }) => invariant)).toContain('bridge-no-overshoot');
  });
});
