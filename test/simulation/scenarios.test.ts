import { describe, expect, it } from 'vitest';
import { loadRules } from '../../local/rules.ts';
import { scenarios } from '../../local/scenarios/catalogue.ts';
import { runVirtually } from '../../local/scenarios/run-virtual.ts';
import { loadStackPolicy } from '../../local/stack-policy.ts';

/** `demo` is for watching and has no goals; `scale` takes longer than all others together. */
const elsewhere = ['demo', 'scale'];
const options = { rules: loadRules(), stackPolicy: loadStackPolicy() };

describe('the named scenarios', () => {
  it.each(scenarios.filter(({ name }) => !elsewhere.includes(name)))('$name meets its goals', async (scenario) => {
    const without = await runVirtually(scenario, { ...options, withBallast: false });
    const withBallast = await runVirtually(scenario, { ...options, withBallast: true });
    const goals = (await scenario.goals?.(withBallast, without)) ?? [];

    expect(goals.filter(({ met }) => !met).map(({ goal, measured }) => `${goal}: ${measured}`)).toEqual([]);
    expect(goals).not.toEqual([]);
  });
});
