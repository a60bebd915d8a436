import { isBridgeName } from '../../../shared/decisions/bridge-request.ts';
import { durationOf, type Invariant, writeOf } from '../scene.ts';
import { onDemandText, strategyText } from '../truth.ts';

export const coolDown: Invariant = {
  name: 'cool-down',
  says: "a service is deployed by force at most once in a cool-down; a return's rollback is no second force",
  watch(scene, violated) {
    const last = new Map<string, { readonly atMs: number; readonly invocation: number }>();
    return {
      aws({ service, action, input, error, invocation }) {
        const write = writeOf(service, action, input);
        if (write === undefined || error !== undefined || action !== 'UpdateService' || isBridgeName(write.target))
          return;
        if (input.forceNewDeployment !== true) return;
        const { nowMs } = scene.world;
        const before = last.get(write.target);
        last.set(write.target, { atMs: nowMs, invocation: invocation.id });
        // The SDK sends again what it got no answer to.
        if (before === undefined || before.invocation === invocation.id) return;
        const tags = scene.truth.byName(write.target)?.tags.at(-1)?.tags;
        const gapMs = nowMs - before.atMs;
        const cooldownMs = durationOf(tags?.get('ballast:cooldown'), scene.stackPolicy.defaults.cooldown);
        if (gapMs < cooldownMs - scene.skewMs - decisionMs)
          violated(`${write.target} is forced again after ${gapMs / 1_000} s of ${cooldownMs / 1_000} s`);
      },
    };
  },
};
/** From the plan to its write. */
const decisionMs = 11_000;

export const originalRestored: Invariant = {
  name: 'original-restored',
  says: 'a strategy that we write is on-demand alone, or exactly one that people had written',
  watch: (scene, violated) => ({
    aws({ service, action, input, error }) {
      const write = writeOf(service, action, input);
      if (write === undefined || error !== undefined || action !== 'UpdateService' || isBridgeName(write.target))
        return;
      if (input.capacityProviderStrategy === undefined) return;
      const written = strategyText(input.capacityProviderStrategy);
      const own = scene.truth.byName(write.target)?.ownStrategies ?? [];
      if (written !== onDemandText && !own.includes(written))
        violated(`${write.target} gets the strategy ${written}, which nobody had written`);
    },
  }),
};
