import {
  bridgeWithinBudget,
  bridgeWithinCap,
  fewTurns,
  noOvershoot,
  oneBridge,
  returnSteps,
  writeGap,
} from './invariants/bridge.ts';
import { budgetCovers } from './invariants/budget.ts';
import { givenBack, nothingLeft, quietQueues, shortfallCovered } from './invariants/convergence.ts';
import { factsAsTold, failureRecorded } from './invariants/facts.ts';
import { ineligibleLeftAlone } from './invariants/ineligible.ts';
import { jobsFollowed, reclaimIsNoSuccess, resumedOnce } from './invariants/jobs.ts';
import { bridgeServes } from './invariants/members.ts';
import { deadLettersExplained, noUnexpectedError, poisonAlone, scheduleHolds } from './invariants/messages.ts';
import { capacityFirst, checkpointOnce, noticeAnswered } from './invariants/notices.ts';
import { bridgeComesSoon } from './invariants/promptness.ts';
import { neededIsKept } from './invariants/returns.ts';
import { onDemandShortageTold } from './invariants/shortage.ts';
import { coolDown, originalRestored } from './invariants/strategy.ts';
import { desiredNeverLowered, handsOff, pauseHolds, targetGroupKept } from './invariants/writes.ts';
import type { Invariant } from './scene.ts';

/** Checked in every storm, at every step and at the end. */
export const invariants: readonly Invariant[] = [
  desiredNeverLowered,
  handsOff,
  ineligibleLeftAlone,
  pauseHolds,
  bridgeWithinCap,
  bridgeWithinBudget,
  budgetCovers,
  noOvershoot,
  writeGap,
  fewTurns,
  returnSteps,
  neededIsKept,
  oneBridge,
  bridgeServes,
  onDemandShortageTold,
  coolDown,
  originalRestored,
  targetGroupKept,
  factsAsTold,
  failureRecorded,
  noticeAnswered,
  bridgeComesSoon,
  capacityFirst,
  checkpointOnce,
  resumedOnce,
  jobsFollowed,
  reclaimIsNoSuccess,
  noUnexpectedError,
  poisonAlone,
  deadLettersExplained,
  scheduleHolds,
  shortfallCovered,
  givenBack,
  nothingLeft,
  quietQueues,
];
