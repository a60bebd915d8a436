import {
  bridgeWithinBudget,
  bridgeWithinCap,
  fewTurns,
  noOvershoot,
  oneBridge,
  returnSteps,
  writeGap,
} from './invariants/bridge.ts';
import { givenBack, nothingLeft, quietQueues, shortfallCovered } from './invariants/convergence.ts';
import { jobsFollowed, resumedOnce } from './invariants/jobs.ts';
import { deadLettersExplained, noUnexpectedError, poisonAlone, scheduleHolds } from './invariants/messages.ts';
import { capacityFirst, checkpointOnce, noticeAnswered } from './invariants/notices.ts';
import { neededIsKept } from './invariants/returns.ts';
import { onDemandShortageTold } from './invariants/shortage.ts';
import { coolDown, originalRestored } from './invariants/strategy.ts';
import { desiredNeverLowered, handsOff, pauseHolds, targetGroupKept } from './invariants/writes.ts';
import type { Invariant } from './scene.ts';

/** Checked in every storm, at every step and at the end. */
export const invariants: readonly Invariant[] = [
  desiredNeverLowered,
  handsOff,
  pauseHolds,
  bridgeWithinCap,
  bridgeWithinBudget,
  noOvershoot,
  writeGap,
  fewTurns,
  returnSteps,
  neededIsKept,
  oneBridge,
  onDemandShortageTold,
  coolDown,
  originalRestored,
  targetGroupKept,
  noticeAnswered,
  capacityFirst,
  checkpointOnce,
  resumedOnce,
  jobsFollowed,
  noUnexpectedError,
  poisonAlone,
  deadLettersExplained,
  scheduleHolds,
  shortfallCovered,
  givenBack,
  nothingLeft,
  quietQueues,
];
