import type { BudgetEntry } from '../../../shared/decisions/budget.ts';
import type { Invariant, Scene } from '../scene.ts';
import { bridgeWrites } from './bridge.ts';

export const budgetCovers: Invariant = {
  name: 'budget-covers',
  says: 'what a bridge grows to stands in the budget before, and what it has until a return is sent; nobody overwrites it',
  watch(scene, violated) {
    if (scene.stackPolicy.stackMaxBridgeVcpu === undefined) return {};
    return {
      aws: bridgeWrites(scene, ({ bridge, primary, from, to, wasHit }) => {
        // A call that is sent a second time meets a budget that has gone on.
        if (wasHit) return;
        const most = Math.max(from, to);
        const check = async (): Promise<void> => {
          const { budget } = await scene.ledger.readFleet();
          const held = heldOf(budget.entries, primary.arn);
          if (held < most) violated(`${bridge.name} ${from} → ${to} is written while the budget has ${held} for it`);
        };
        void check();
      }),
      ledger(_invocation, method, given, isSaved) {
        if (method !== 'saveBudget' || isSaved !== true) return;
        const entries = given[1] as readonly BudgetEntry[];
        for (const { bridge, primaryArn } of standing(scene)) {
          const held = heldOf(entries, primaryArn);
          if (held < bridge.desired)
            violated(`the budget is written with ${held} for ${bridge.name}, which has ${bridge.desired}`);
        }
      },
    };
  },
};

function heldOf(entries: readonly BudgetEntry[], primaryArn: string): number {
  return entries.find(({ serviceArn }) => serviceArn === primaryArn)?.held ?? 0;
}

function standing({ truth }: Scene) {
  return [...truth.services.values()].flatMap((bridge) =>
    bridge.bridgeOf === undefined || bridge.deletedAtMs !== undefined ? [] : [{ bridge, primaryArn: bridge.bridgeOf }],
  );
}
