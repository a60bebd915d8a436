import type { ServiceSignal } from '../../../shared/events/facts.ts';
import { actsAt, fallbackAt, type Invariant, isPausedAt } from '../scene.ts';

/** A look that was on its way, and what faults add to it. */
const toldMs = 240_000;

export const onDemandShortageTold: Invariant = {
  name: 'on-demand-shortage-told',
  says: 'when on-demand cannot place the tasks of a bridge, a decision says so',
  watch(scene, violated) {
    const told = new Map<string, number>();
    const startedAtMs = { latest: 0 };
    return {
      told({ detail }) {
        if (detail.lastStatus === 'RUNNING' && detail.capacityProviderName !== 'FARGATE_SPOT')
          startedAtMs.latest = scene.world.nowMs;
      },
      decided({ serviceArn, reason }) {
        if (reason === 'on_demand_shortage') told.set(serviceArn, scene.world.nowMs);
      },
      ledger(_invocation, method, given) {
        if (method !== 'recordSignal') return;
        const { serviceArn, capacityProviders, atMs } = given[0] as ServiceSignal;
        const primary = scene.truth.byName(serviceArn);
        const recordedAtMs = scene.world.nowMs;
        if (
          primary === undefined ||
          !capacityProviders.includes('FARGATE') ||
          fallbackAt(primary, recordedAtMs) !== 'bridge'
        )
          return;
        const bridge = scene.truth.bridgesOf(primary).find(({ deletedAtMs }) => deletedAtMs === undefined);
        if (bridge === undefined || bridge.createdAtMs > atMs || primary.loweredAtMs > recordedAtMs - toldMs) return;
        const isFresh = scene.world.nowMs - atMs < 60_000;
        if (!isFresh || (told.get(primary.arn) ?? 0) > recordedAtMs - 900_000) return;
        scene.world.after(toldMs, () => {
          const { nowMs } = scene.world;
          const steps = primary.steps.slice(
            Math.max(
              0,
              primary.steps.findLastIndex((step) => step.atMs <= recordedAtMs),
            ),
          );
          const isWaiting = steps.every(({ bridgeDesired, bridgeRunning }) => bridgeRunning < bridgeDesired);
          const isOurs =
            actsAt(primary, recordedAtMs) && actsAt(primary, nowMs) && fallbackAt(primary, nowMs) === 'bridge';
          const isPaused =
            isPausedAt(primary, scene.truth.pausesOfAll, nowMs) ||
            isPausedAt(primary, scene.truth.pausesOfAll, recordedAtMs);
          if (!isWaiting || !isOurs || isPaused || startedAtMs.latest > atMs || primary.deletedAtMs !== undefined)
            return;
          if ((told.get(primary.arn) ?? 0) < recordedAtMs)
            violated(
              `on-demand cannot place tasks of ${bridge.name}, and no decision has said so for ${toldMs / 1_000} s`,
            );
        });
      },
    };
  },
};
