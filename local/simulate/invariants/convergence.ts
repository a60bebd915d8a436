import { actsAt, capOf, durationOf, fallbackAt, type Invariant, isPausedAt, type Scene, tagAt } from '../scene.ts';
import type { TrueService } from '../truth.ts';
import { serviceNameOf } from './notices.ts';

const minute = 60_000;
/** Three passes, and the events' lag. */
const passesMs = 4 * minute;

function bridgeDesired(scene: Scene, primary: TrueService): number {
  return scene.truth.bridgesOf(primary).reduce((sum, { desired }) => sum + desired, 0);
}

/** Whether the service has been ours to bridge, and nobody has touched it, since before the calm. */
function isBridged(scene: Scene, primary: TrueService): boolean {
  const { calmAtMs, world, truth } = scene;
  if (primary.deletedAtMs !== undefined || primary.desired === 0) return false;
  if ((primary.tags.at(-1)?.atMs ?? 0) > calmAtMs || isPausedAt(primary, truth.pausesOfAll, world.nowMs)) return false;
  const { nowMs } = world;
  const mode = tagAt(primary, 'mode', nowMs);
  return mode === 'act' && actsAt(primary, nowMs) && fallbackAt(primary, nowMs) === 'bridge';
}

/** Every step that held from then on. */
function stepsFrom({ steps }: TrueService, fromMs: number) {
  return steps.slice(
    Math.max(
      0,
      steps.findLastIndex(({ atMs }) => atMs <= fromMs),
    ),
  );
}

export const shortfallCovered: Invariant = {
  name: 'shortfall-covered',
  says: 'three passes after the last fault a bridge has what Spot has kept its service from for launch-grace',
  watch(scene, violated) {
    const reasons = new Map<string, string>();
    /** Services with a revision of which no task has started since one failed to: nothing to buy tasks for. */
    const broken = new Map<string, unknown>();
    /** With a release under way: only what Spot took is known to be missing because of Spot. */
    const releasing = new Set<string>();
    const check = (): void => {
      for (const primary of scene.truth.primaries()) {
        if (!isBridged(scene, primary) || scene.stackPolicy.stackMaxBridgeVcpu !== undefined) continue;
        const { nowMs } = scene.world;
        const graceMs = durationOf(tagAt(primary, 'launch-grace', nowMs), scene.stackPolicy.defaults['launch-grace']);
        const fromMs = nowMs - graceMs - passesMs;
        if (fromMs < scene.calmAtMs || broken.has(primary.name)) continue;
        const missing = Math.min(
          ...stepsFrom(primary, fromMs).map(({ desired, running, starting }) => desired - running - starting),
        );
        const lost = Math.min(...stepsFrom(primary, fromMs).map((step) => step.lost));
        const short = releasing.has(primary.arn) ? Math.min(missing, lost) : missing;
        const needed = Math.min(short, capOf(tagAt(primary, 'max-bridge', nowMs), primary.desired));
        const has = bridgeDesired(scene, primary);
        const why = reasons.get(primary.arn) ?? '';
        // Holds that the documentation names: on-demand is scarce too, AWS refuses, a release of its own keeps them away.
        if (['on_demand_shortage', 'budget_exhausted', 'bridge_refused'].includes(why) || why.includes('ineligible'))
          continue;
        if (has < needed)
          violated(
            `${primary.name} has lacked ${missing} tasks for ${(nowMs - fromMs) / 1_000} s, its bridge has ${has} (${why})`,
          );
      }
    };
    return {
      told({ detail, resources }) {
        const name = String(detail.eventName);
        if (name === 'SERVICE_DEPLOYMENT_IN_PROGRESS') releasing.add(String(resources[0]));
        else if (name === 'SERVICE_DEPLOYMENT_COMPLETED') releasing.delete(String(resources[0]));
        const service = serviceNameOf(detail);
        if (detail.stopCode === 'TaskFailedToStart') broken.set(service, detail.taskDefinitionArn);
        const hasStarted = detail.lastStatus === 'RUNNING' && detail.desiredStatus === 'RUNNING';
        if (hasStarted && broken.get(service) === detail.taskDefinitionArn) broken.delete(service);
      },
      decided: ({ serviceArn, reason }) => {
        reasons.set(serviceArn, reason);
      },
      settled: check,
      end: check,
    };
  },
};

/** A turn of direction may have to wait for so long. */
const turnGapMs = 10 * minute;
/** Twenty tasks are given back in eleven steps. */
const stepsMs = 4 * minute;

export const givenBack: Invariant = {
  name: 'given-back',
  says: 'when a service has been whole for return-after and the steps of the return, its bridge is at its floor',
  watch(scene, violated) {
    const last = new Map<string, string>();
    return {
      decided: ({ serviceArn, reason, explanation }) => {
        last.set(serviceArn, `${reason}: ${explanation}`);
      },
      end() {
        for (const primary of scene.truth.primaries()) {
          if (!isBridged(scene, primary)) continue;
          const { nowMs } = scene.world;
          const returnAfterMs = durationOf(
            tagAt(primary, 'return-after', nowMs),
            scene.stackPolicy.defaults['return-after'],
          );
          const turned = (last.get(primary.arn) ?? '').includes('can be returned shortly');
          const fromMs = nowMs - returnAfterMs - stepsMs - 2 * minute - (turned ? turnGapMs : 0);
          const isScaled = scene.cast.scaled.includes(primary.name);
          const steps = stepsFrom(primary, fromMs);
          const whole = steps.every(({ desired, staying, lost }) => staying >= desired && lost === 0);
          const floor = Number(tagAt(primary, 'on-demand-floor', nowMs) ?? 0);
          const has = bridgeDesired(scene, primary);
          if (whole && !isScaled && has > floor)
            violated(
              `${primary.name} has been whole for ${(nowMs - fromMs) / 1_000} s, its bridge has ${has} (${last.get(primary.arn)})`,
            );
        }
      },
    };
  },
};

export const nothingLeft: Invariant = {
  name: 'nothing-left',
  says: 'nothing of ours is left behind when a service is gone',
  watch: (scene, violated) => ({
    async end() {
      const { truth, world, ledger, calmAtMs } = scene;
      const enrolled = new Set((await ledger.enrolments()).map(({ arn }) => arn));
      const { budget } = await ledger.readFleet();
      for (const primary of truth.primaries()) {
        if (primary.deletedAtMs === undefined || primary.deletedAtMs > calmAtMs) continue;
        if (isPausedAt(primary, truth.pausesOfAll, world.nowMs)) continue;
        if (enrolled.has(primary.arn)) violated(`${primary.name} is gone and still enrolled`);
        for (const bridge of truth.bridgesOf(primary)) {
          if (bridge.deletedAtMs === undefined)
            violated(`${primary.name} is gone, ${bridge.name} stands with ${bridge.desired} tasks`);
          if (enrolled.has(bridge.arn)) violated(`${bridge.name} is gone and still enrolled`);
        }
        const held = budget.entries.find(({ serviceArn }) => serviceArn === primary.arn)?.held ?? 0;
        if (held > 0) violated(`${primary.name} is gone and holds ${held} tasks of the budget`);
      }
    },
  }),
};

export const quietQueues: Invariant = {
  name: 'quiet-queues',
  says: 'long after the last fault no message is stuck and no function hangs',
  watch: (scene, violated) => ({
    end() {
      const { region, world, calmAtMs } = scene;
      for (const name of ['on-spot-notice', 'on-service-action', 'on-deployment-state-change', 'decide'] as const) {
        const stuck = region.queues[name].oldestMs;
        if (stuck !== undefined && world.nowMs - Math.max(stuck, calmAtMs) > 15 * minute)
          violated(`${name} has a message since ${(world.nowMs - stuck) / 1_000} s`);
      }
    },
  }),
};
