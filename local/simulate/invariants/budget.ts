import type { Invariant } from '../scene.ts';
import { bridgeWrites } from './bridge.ts';

export const budgetCovers: Invariant = {
  name: 'budget-covers',
  says: 'what a bridge grows to, and what it has until a return is sent, stands in the budget before',
  watch(scene, violated) {
    return {
      aws: bridgeWrites(scene, ({ bridge, primary, from, to, wasHit }) => {
        if (scene.stackPolicy.stackMaxBridgeVcpu === undefined) return;
        // A call that is sent a second time meets a budget that has gone on.
        if (wasHit) return;
        const most = Math.max(from, to);
        const check = async (): Promise<void> => {
          const { budget } = await scene.ledger.readFleet();
          const held = budget.entries.find(({ serviceArn }) => serviceArn === primary.arn)?.held ?? 0;
          if (held < most) violated(`${bridge.name} ${from} → ${to} is written while the budget has ${held} for it`);
        };
        void check();
      }),
    };
  },
};
