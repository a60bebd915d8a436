import { capOf, durationOf, type Invariant, tagAt } from '../scene.ts';
import { bridgeWrites } from './bridge.ts';

export const neededIsKept: Invariant = {
  name: 'needed-is-kept',
  says: 'what was needed within return-after is not given back, unless people want less',
  watch(scene, violated) {
    const needs = new Map<string, { readonly atMs: number; readonly shortfall: number; readonly wanted: number }[]>();
    const returns = new Map<string, { readonly to: number; readonly atMs: number; readonly bridge: string }>();
    return {
      aws: bridgeWrites(scene, ({ primary, bridge, from, to, atMs }) => {
        if (to < from) returns.set(primary.arn, { to, atMs, bridge: bridge.name });
      }),
      decided({ serviceArn, reason, figures }) {
        const { nowMs } = scene.world;
        const given = returns.get(serviceArn);
        returns.delete(serviceArn);
        const list = needs.get(serviceArn) ?? [];
        needs.set(serviceArn, list);
        const primary = scene.truth.byName(serviceArn);
        if (figures !== undefined) list.push({ atMs: nowMs, shortfall: figures.shortfall, wanted: figures.wanted });
        if (given === undefined || primary === undefined || reason !== 'bridge_returned' || primary.returnAsked) return;
        const windowMs =
          durationOf(tagAt(primary, 'return-after', nowMs), scene.stackPolicy.defaults['return-after']) -
          scene.skewMs -
          15_000;
        if (primary.loweredAtMs > nowMs - windowMs - 60_000 || primary.desired === 0) return;
        // What people want less is not kept, also where it was a scaler's doing until somebody knew better.
        const wantedNow = figures?.wanted ?? 0;
        const recent = list
          .filter(({ atMs }) => nowMs - atMs < windowMs && atMs >= primary.createdAtMs)
          .map(({ shortfall, wanted }) => shortfall - Math.max(0, wanted - wantedNow));
        const most = Math.min(Math.max(0, ...recent), capOf(tagAt(primary, 'max-bridge', nowMs), primary.desiredMost));
        if (given.to < most)
          violated(`${given.bridge} is given back to ${given.to}, ${most} were needed within return-after`);
      },
    };
  },
};
