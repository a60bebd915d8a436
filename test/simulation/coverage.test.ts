import { describe, expect, it } from 'vitest';
import { type Coverage, isMeaningful } from '../../local/simulate/coverage.ts';
import { faultKinds } from '../../local/simulate/faults.ts';
import { type Reason, reasons } from '../../shared/decisions/plan.ts';

const counted = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 1]));
const whole: Coverage = { faults: counted(faultKinds), reasons: counted(reasons), switches: {} };
const without = (reason: Reason): Coverage => ({ ...whole, reasons: counted(reasons.filter((one) => one !== reason)) });

describe('what a run of storms has seen', () => {
  it('is enough when every fault and every reason occurred', () => {
    expect(isMeaningful(whole, 300)).toBe(true);
  });

  it('is not enough where a fault never occurred, in however few storms', () => {
    expect(isMeaningful({ ...whole, faults: counted(faultKinds.slice(1)) }, 5)).toBe(false);
  });

  it.each([
    { storms: 299, isEnough: true },
    { storms: 300, isEnough: false },
  ])('without one of the reasons is enough in $storms storms: $isEnough', ({ storms, isEnough }) => {
    expect(isMeaningful(without('bridge_refused'), storms)).toBe(isEnough);
  });
});
