import { describe, expect, it } from 'vitest';
import { factsOfHistory } from '../../local/diagnose/history.ts';
import { diagnose } from '../../shared/decisions/diagnosis/diagnose.ts';
import { deploymentFailureClasses } from '../../shared/decisions/diagnosis/diagnosis.ts';
import { diagnosisText } from '../../shared/decisions/diagnosis/diagnosis-text.ts';
import { corpus } from './corpus.ts';

describe.each(corpus)('$name', ({ name, history, class: failureClass, cause, confidence }) => {
  it(`is ${failureClass}/${cause}, confidence ${confidence}`, async () => {
    const facts = await factsOfHistory(name, JSON.stringify(history));

    const diagnosis = diagnose(facts);

    expect(
      [diagnosis.class, diagnosis.cause, diagnosis.confidence],
      diagnosisText(diagnosis, facts, undefined),
    ).toEqual([failureClass, cause, confidence]);
  });

  it('is told in five lines that hold no secret', async () => {
    const facts = await factsOfHistory(name, JSON.stringify(history));

    const text = diagnosisText(diagnose(facts), facts, 'nothing: ECS rolls back by itself');

    const lines = text.split('\n');
    expect(lines.length).toBeLessThanOrEqual(5);
    expect(lines.map((line) => line.replace(/ Log: .*$/, '').length).filter((length) => length > 200)).toEqual([]);
    expect(text).not.toContain('hunter2');
  });
});

describe('the corpus', () => {
  it('has every class in several variants and no name twice', () => {
    const perClass = deploymentFailureClasses.map((one) => corpus.filter((each) => each.class === one).length);

    expect(corpus.length).toBeGreaterThanOrEqual(100);
    expect(Math.min(...perClass)).toBeGreaterThanOrEqual(3);
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
  });
});
