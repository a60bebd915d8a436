import type { PlantedBug } from './planted-bug.ts';
import { actingBugs } from './planted-bugs/acting.ts';
import { decidingBugs } from './planted-bugs/deciding.ts';
import { ledgerBugs } from './planted-bugs/ledger.ts';
import { messageBugs } from './planted-bugs/messages.ts';
import { recognisingBugs } from './planted-bugs/recognising.ts';

/** Faulty variants, most of them what existing tools are known to get wrong. */
export const plantedBugs: readonly PlantedBug[] = [
  ...ledgerBugs,
  ...messageBugs,
  ...recognisingBugs,
  ...decidingBugs,
  ...actingBugs,
];
