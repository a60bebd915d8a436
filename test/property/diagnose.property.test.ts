import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnoseDeployment } from '../../functions/diagnose/diagnose-deployment.ts';
import type { Symptom } from '../../shared/decisions/diagnosis/deployment-facts.ts';
import { aStage, request } from '../unit/diagnose/stage.ts';

class Crash extends Error {}

/** Of the others the symptom itself is evidence. */
const symptoms: readonly Symptom[] = ['deployment_failed', 'stalled', 'task_start_impaired'];

/** How many calls of ports a whole diagnosis makes, and more than that. */
const callsMax = 30;

describe('a diagnosis under crashes, redelivery and copies of its event', () => {
  it('rolls back once and tells; twice only after a crash between telling and noting', async () => {
    await fc.assert(
      fc.asyncProperty(
        // Per delivery: which of its calls is the last, and whether its effect still takes place.
        fc.array(
          fc.record({
            symptom: fc.constantFrom(...symptoms),
            crashAt: fc.option(fc.integer({ min: 1, max: callsMax }), { nil: undefined }),
            moment: fc.constantFrom('before' as const, 'after' as const),
            laterS: fc.integer({ min: 0, max: 200 }),
          }),
          { minLength: 1, maxLength: 6 },
        ),
        async (deliveries) => {
          let left = Number.POSITIVE_INFINITY;
          let crashMoment: 'before' | 'after' = 'before';
          const stage = aStage({
            hazard: (_call, moment) => {
              if (moment !== crashMoment) return;
              left -= 1;
              if (left <= 0) throw new Crash();
            },
          });
          const handle = diagnoseDeployment(stage.deps);
          let crashes = 0;
          const deliver = async (symptom: Symptom, crashAt: number | undefined) => {
            left = crashAt ?? Number.POSITIVE_INFINITY;
            try {
              await handle({ ...request, symptom, deploymentId: 'ecs-svc/777' });
            } catch (error) {
              if (!(error instanceof Crash)) throw error;
              crashes += 1;
            }
          };
          for (const { symptom, crashAt, moment, laterS } of deliveries) {
            crashMoment = moment;
            await deliver(symptom, crashAt);
            stage.clock.atMs += laterS * 1000;
          }
          // Whoever crashed is delivered again once its claim has lapsed.
          stage.clock.atMs += 180_000;
          await deliver('stalled', undefined);

          expect(stage.did.rollBacks).toBe(1);
          expect(stage.did.told.length).toBeGreaterThanOrEqual(1);
          expect(stage.did.told.length).toBeLessThanOrEqual(1 + crashes);
          for (const { detail } of stage.did.told) expect(detail).toMatchObject({ class: 'image' });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('tells once when all copies come at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom(...symptoms), { minLength: 2, maxLength: 5 }),
        async (s, told) => {
          const stage = aStage({ hazard: () => s.schedule(Promise.resolve()) });
          const handle = diagnoseDeployment(stage.deps);
          const all = Promise.all(told.map((symptom) => handle({ ...request, symptom, deploymentId: 'ecs-svc/777' })));
          await s.waitFor(all);
          expect(stage.did).toMatchObject({ rollBacks: 1, diagnosed: 1 });
          expect(stage.did.told).toHaveLength(1);
        },
      ),
      { numRuns: 100 },
    );
  });
});
