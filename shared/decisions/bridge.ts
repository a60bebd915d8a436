import type { ServicePolicy } from '../policy/policy.ts';
import { tasksOf } from '../policy/values.ts';
import type { Service } from '../ports/ecs.ts';
import { bridgeVisibleMs, planIdle } from './bridge-end.ts';
import { bridgeName, createBridge, followedDeployment, launchConfiguration } from './bridge-request.ts';
import { bridgeSize, writtenVisibleAtMs } from './bridge-size.ts';
import {
  type BridgeStep,
  bridgeLaunchRecheckMs,
  bridgeRecheckMs,
  bridgeWriteGapMs,
  hold,
  holdQuiet,
  write,
} from './bridge-step.ts';
import type { BridgeState, ControlState } from './control-state.ts';
import { hedgeTasks, hedgeText } from './hedge.ts';
import { onDemandShortage } from './on-demand-shortage.ts';
import type { Command, Plan, PlanFigures, Reason } from './plan.ts';
import type { ServiceFacts } from './service-facts.ts';
import {
  inProgress,
  isLossUnseen,
  isSpotShort,
  isWhole,
  lastSpotStartAtMs,
  lastTroubleAtMs,
  missingSinceMs,
  settledAtMs,
  shortfallFigures,
  stillMissing,
  withSample,
} from './shortfall.ts';

/**
 * A return that would turn the direction waits until no turn was made for so long; together with the growth that may
 * answer it that is at most two turns in ten minutes.
 */
const bridgeTurnGapMs = 600_000;
/**
 * A reclaim of many tasks is told in many events over a few seconds. While ECS shows more missing than events have
 * told, so much is waited from the first notice for the rest: the next write is ten seconds away.
 */
const gatherMs = 3_000;
/** A scaler looks once a minute, and what it asks for then takes a minute and a half to be healthy. */
const unfoldMsMin = 180_000;
/** While reads do not show what events tell of. */
const unseenRecheckMs = 5_000;
/** Others may have given on-demand vCPU back by then. */
const budgetRecheckMs = 30_000;

/** The bridge covers exactly the shortfall, on demand, and is given back in steps once Spot is calm. */
export function planBridge(read: ServiceFacts, primary: Service, policy: ServicePolicy, nowMs: number): Plan {
  const figures = shortfallFigures(read, policy, nowMs);
  const facts = withoutLowered(read, figures.wanted);
  const { control } = facts.ledger;
  const hedge = hedgeTasks(facts, figures, policy);
  const needed = figures.shortfall + hedge;
  const spotStartAtMs = lastSpotStartAtMs(facts.ledger.tasks, policy.spotProvider);
  const window = withSample(control.recentShortfalls, needed, policy.returnAfterMs, nowMs, spotStartAtMs);
  const whole = isWhole(facts, policy, nowMs);
  const { least, most: current } = bridgeSize(facts, nowMs);
  const cap = tasksOf(policy.maxBridge, figures.wanted);
  const bounded = (count: number) => Math.min(cap, Math.max(count, floorNeed(facts, policy)));
  // What was needed within the window is not given back yet; what is needed now may be asked for at once.
  const demanded = bounded(needed);
  const standsIn = Math.min(current, stillMissing(facts, figures, policy));
  const kept = bounded(Math.max(needed, window[0]?.count ?? 0, standsIn));
  const since = missingSinceMs(facts, figures, nowMs);
  const base: ControlState = {
    ...withoutMomentary(control),
    recentShortfalls: window,
    ...(figures.shortfall > 0 || current > 0 ? { wantedLatched: figures.wanted } : {}),
    ...(whole ? { lastWholeAtMs: settledAtMs(control, policy, nowMs) } : {}),
    ...(since === undefined ? {} : { missingSinceMs: since, missingStaying: figures.staying }),
  };
  const step: BridgeStep = {
    facts,
    primary,
    policy,
    nowMs,
    figures: { ...figures, ...(hedge === 0 ? {} : { hedge }), bridgeDesired: current },
    base,
    current,
    least,
    demanded,
    target: Math.min(demanded, Math.max(least, facts.affordable ?? demanded)),
    kept,
    cap,
  };
  const plan = planStep(step);
  if (!isLossUnseen(facts, figures, nowMs)) return plan;
  const recheckAtMs = Math.max(nowMs + unseenRecheckMs, plan.next.quietUntilMs ?? 0);
  return { ...plan, wakeAtMs: Math.min(plan.wakeAtMs ?? recheckAtMs, recheckAtMs) };
}

function planStep(step: BridgeStep): Plan {
  const { facts, demanded, kept, least, current } = step;
  const { bridge } = facts.ledger.control;
  if (demanded > least) return onDemandShortage(step) ?? grow(step);
  if (kept < current) return giveBack(step);
  if (bridge !== undefined && current === 0) return planIdle(step, bridge);
  if (current > 0) return onDemandShortage(step) ?? follow(step) ?? keep(step);
  return prove(step) ?? hold(step, 'steady', steadyText(step));
}

/**
 * Tasks that the service's bridge should have, whatever it has and others need. While notices are still on their way it
 * claims all that is missing: else who hears of its own a moment earlier takes what a higher priority is about to need.
 */
export function bridgeDemand(facts: ServiceFacts, policy: ServicePolicy, nowMs: number): number {
  const figures = shortfallFigures(facts, policy, nowMs);
  const missing = isGathering(facts, figures, nowMs) ? figures.wanted - figures.staying : figures.shortfall;
  const needed = missing + hedgeTasks(facts, figures, policy);
  return Math.min(tasksOf(policy.maxBridge, figures.wanted), Math.max(needed, floorNeed(facts, policy)));
}

/** A person asked a paused service for it: back to 0 in the usual steps, whatever is short. */
export function planBridgeReturn(facts: ServiceFacts, primary: Service, policy: ServicePolicy, nowMs: number): Plan {
  const { control } = facts.ledger;
  const { least, most: current } = bridgeSize(facts, nowMs);
  const step: BridgeStep = {
    facts,
    primary,
    policy,
    nowMs,
    figures: { ...shortfallFigures(facts, policy, nowMs), bridgeDesired: current },
    base: { ...withoutMomentary(control), recentShortfalls: [] },
    current,
    least,
    demanded: 0,
    target: 0,
    kept: 0,
    cap: 0,
  };
  if (current > 0) return giveBack(step);
  return hold(step, 'paused', 'paused by a person; what was asked back has been given back');
}

function grow(step: BridgeStep): Plan {
  const { facts, nowMs, least, demanded, target, figures, cap } = step;
  const { control } = facts.ledger;
  const gapMs = facts.bridge === undefined ? bridgeVisibleMs : bridgeWriteGapMs;
  const readyAtMs = control.bridge === undefined ? nowMs : control.bridge.lastWriteAtMs + gapMs;
  if (readyAtMs > nowMs) {
    const waitS = Math.ceil((readyAtMs - nowMs) / 1000);
    const text = `the bridge may be written again in ${waitS} s: ${least} → ${demanded}`;
    return holdQuiet(step, 'bridge_write_too_soon', text, readyAtMs);
  }
  if (isGathering(facts, figures, nowMs) && demanded < cap) {
    const gatheredAtMs = firstRecentStopAtMs(facts, nowMs) + gatherMs;
    const told = `${figures.shortfall} of ${figures.wanted - figures.staying} missing tasks are told of`;
    const plan = holdQuiet(step, 'gathering_notices', `${told}, the others' notices may be on their way`, gatheredAtMs);
    const untold = figures.wanted - figures.staying - figures.shortfall;
    return { ...plan, next: { ...plan.next, gathering: { sinceMs: gatheredAtMs - gatherMs, untold } } };
  }
  // As far as is known this would be growth, but it may be a cut.
  if (target < step.current) return untilShown(step);
  if (target <= least) {
    const text = `the on-demand budget has nothing left: the bridge stays at ${least} of ${demanded}`;
    return hold(step, 'budget_exhausted', text, nowMs + budgetRecheckMs);
  }
  const explanation = `${needText(step)}: bridge ${least} → ${target}${target < demanded ? `, the budget allows no more of ${demanded}` : ''}`;
  return sized({ ...step, current: least }, growthReason(step), explanation, target, 'growing');
}

/** Nothing is written before it is known what it is written over. */
function untilShown(step: BridgeStep): Plan {
  const { facts, least, current } = step;
  const text = `what was last written does not show yet: the bridge has ${least} to ${current} tasks`;
  return hold(step, 'bridge_write_too_soon', text, writtenVisibleAtMs(facts));
}

function growthReason({ target, demanded, cap, figures }: BridgeStep): Reason {
  if (target < demanded) return 'budget_exhausted';
  return target === cap && figures.shortfall > cap ? 'bridge_at_cap' : 'bridge_grown';
}

function needText({ figures, facts, nowMs }: BridgeStep): string {
  const failedAtMs = facts.ledger.signals.spot_placement_failure?.atMs;
  // ECS's own waits between tries can reach 27 minutes.
  const lastTry = failedAtMs === undefined ? '' : `, last try ${Math.round((nowMs - failedAtMs) / 1000)} s ago`;
  if (figures.shortfall === 0) return 'the on-demand floor is not met';
  const hedged = figures.hedge === undefined ? '' : `, ${hedgeText(figures.hedge, facts, nowMs)}`;
  return (
    `${figures.shortfall} of ${figures.wanted} wanted tasks are missing because of Spot ` +
    `(${figures.lost} reclaimed, ${figures.unplaceable} not placeable${lastTry})${hedged}`
  );
}

/** Makes the bridge, or sets its desired count; a revision that it has to follow goes with the same call. */
function sized(
  step: BridgeStep,
  reason: Reason,
  explanation: string,
  to: number,
  direction: BridgeState['direction'],
): Plan {
  const { facts, nowMs, current, primary } = step;
  const { control } = facts.ledger;
  const { bridge } = facts;
  const deployment = followed(step);
  const turned = control.bridge !== undefined && control.bridge.direction !== direction;
  const state = (serviceName: string, createdAtMs: number): BridgeState => ({
    serviceName,
    createdAtMs,
    lastWriteAtMs: nowMs,
    desired: to,
    direction,
    ...turnedAt(control.bridge, turned, nowMs),
    ...(deployment === undefined ? {} : { deploymentId: deployment.id }),
    ...(to === 0 ? { idleSinceMs: nowMs } : {}),
  });
  if (bridge?.status === 'ACTIVE') {
    const target = { clusterArn: facts.clusterArn, service: bridge.serviceName, from: current, to };
    const command: Command = isBehind(step)
      ? { kind: 'UpdateService.revision', ...target, launch: launchConfiguration(primary, deployment) }
      : { kind: 'UpdateService.desiredCount', ...target };
    const next = state(bridge.serviceName, control.bridge?.createdAtMs ?? nowMs);
    return write(step, reason, explanation, command, { bridge: next }, to);
  }
  // A generation that ECS does not show was never made (a crash before the call) and may be made now; a name that is
  // draining, inactive or refused is used up.
  const reuse = control.bridge !== undefined && bridge === undefined && control.refusal === undefined;
  const bridgeGeneration = reuse ? control.bridgeGeneration : control.bridgeGeneration + 1;
  const command: Command = {
    kind: 'CreateService',
    request: createBridge(step, deployment, bridgeGeneration, to),
  };
  const made = state(bridgeName(primary.serviceName, bridgeGeneration), nowMs);
  return write(step, reason, explanation, command, { bridge: made, bridgeGeneration, provenAtMs: nowMs }, to);
}

/** Tried once before it is needed: made at 0, and deleted at the next look. */
function prove(step: BridgeStep): Plan | undefined {
  const { facts, primary, policy } = step;
  const { control } = facts.ledger;
  if (policy.mode !== 'act' || control.provenAtMs !== undefined) return undefined;
  // What a service will be is not known before its first deployment is through.
  if (inProgress(primary) || primary.desiredCount === 0) return undefined;
  const made = sized(step, 'bridge_proving', 'a bridge is made once at 0, to know that it can be made', 0, 'growing');
  const { bridge } = made.next;
  if (made.commands.length === 0 || bridge === undefined) return made;
  return { ...made, next: { ...made.next, bridge: { ...bridge, isTrial: true } } };
}

/** Moves the bridge to the revision that it has to run. */
function follow(step: BridgeStep): Plan | undefined {
  const { current, nowMs, facts } = step;
  if (!isBehind(step) || facts.bridge?.status !== 'ACTIVE') return undefined;
  const readyAtMs = (facts.ledger.control.bridge?.lastWriteAtMs ?? 0) + bridgeWriteGapMs;
  if (readyAtMs > nowMs) {
    return holdQuiet(step, 'bridge_write_too_soon', 'the bridge moves to another revision shortly', readyAtMs);
  }
  if (step.least < current) return untilShown(step);
  const to = followed(step)?.taskDefinition ?? '';
  const direction = facts.ledger.control.bridge?.direction ?? 'growing';
  const explanation = `the bridge moves to ${to.slice(to.lastIndexOf('/') + 1)} with its ${current} tasks`;
  return sized(step, 'bridge_follows_revision', explanation, current, direction);
}

/** Whether the bridge runs another revision than it should. */
function isBehind(step: BridgeStep): boolean {
  const { bridge } = step.facts;
  const deployment = followed(step);
  if (bridge === undefined || deployment === undefined) return false;
  const followedId = step.facts.ledger.control.bridge?.deploymentId;
  return (
    bridge.taskDefinition !== deployment.taskDefinition || (followedId !== undefined && followedId !== deployment.id)
  );
}

function followed({ facts, primary, policy }: BridgeStep) {
  const followedId = facts.ledger.control.bridge?.deploymentId;
  return followedDeployment(primary, followedId, isSpotShort(facts, policy), facts.healthyOfNewest ?? 0);
}

/** When the reclaim that is being told of began: the first Spot stop of the last seconds. */
function firstRecentStopAtMs(facts: ServiceFacts, nowMs: number): number {
  const recent = facts.ledger.tasks.flatMap(({ spotStopAtMs }) =>
    spotStopAtMs !== undefined && nowMs - spotStopAtMs < bridgeWriteGapMs ? [spotStopAtMs] : [],
  );
  return recent.length === 0 ? 0 : Math.min(...recent);
}

/** ECS shows more missing than events have told, and the first of them is fresh. */
function isGathering(facts: ServiceFacts, figures: Omit<PlanFigures, 'bridgeDesired'>, nowMs: number): boolean {
  const untold = figures.wanted - figures.staying - figures.shortfall;
  return untold > 0 && firstRecentStopAtMs(facts, nowMs) + gatherMs > nowMs;
}

/** The bridge covers what is or was short a moment ago; looked at again when the oldest need leaves the window. */
function keep(step: BridgeStep): Plan {
  const { facts, primary, current, figures, nowMs, policy, cap, base } = step;
  const window = base.recentShortfalls;
  const oldest = window[0];
  // Spot tasks are starting: what stands in for them is soon too much.
  const recheckMs = primary.pendingCount > 0 ? bridgeLaunchRecheckMs : bridgeRecheckMs;
  const wakeAtMs =
    oldest === undefined || window.length === 1
      ? nowMs + recheckMs
      : Math.max(nowMs + 1_000, oldest.atMs + policy.returnAfterMs);
  if (figures.shortfall > cap) {
    const text = `the bridge is at its cap: ${current} on-demand tasks for a shortfall of ${figures.shortfall}`;
    return hold(step, 'bridge_at_cap', text, wakeAtMs);
  }
  const hedged = figures.hedge === undefined ? '' : `, ${hedgeText(figures.hedge, facts, nowMs)}`;
  const cause =
    figures.shortfall > 0 ? `cover a shortfall of ${figures.shortfall}${hedged}` : 'stay until Spot has been calm';
  return hold(step, 'bridge_held', `${current} on-demand tasks ${cause}`, wakeAtMs);
}

function giveBack(step: BridgeStep): Plan {
  const { facts, nowMs, current, kept, policy, primary } = step;
  const bridge = facts.ledger.control.bridge;
  const lastWriteAtMs = bridge?.lastWriteAtMs ?? 0;
  // A scaler that saw few running tasks has folded the service: it needs time between the steps to unfold it.
  const folded = facts.ledger.autoScaled !== false && primary.desiredCount < step.figures.wanted;
  const unfoldingMs = Math.max(policy.returnAfterMs, unfoldMsMin);
  const gapMs = folded && bridge?.direction === 'returning' ? unfoldingMs : bridgeWriteGapMs;
  // Nobody wants the service to run: nothing has to follow step by step.
  const nobodyWantsIt = primary.desiredCount === 0;
  const turnableAtMs =
    bridge?.direction === 'growing' && bridge.turnedAtMs !== undefined && !nobodyWantsIt
      ? bridge.turnedAtMs + bridgeTurnGapMs
      : 0;
  const readyAtMs = Math.max(lastWriteAtMs + gapMs, turnableAtMs);
  if (readyAtMs > nowMs) {
    return hold(step, 'bridge_write_too_soon', `${current - kept} can be returned shortly`, readyAtMs);
  }
  const share = nobodyWantsIt ? current : Math.max(1, Math.floor((current * policy.returnStepPercent) / 100));
  const to = Math.max(kept, current - share);
  if (step.least < to || facts.bridge === undefined) return untilShown(step);
  const why = facts.returnAsked ? 'a person asked for the return' : calmText(facts, nowMs);
  return sized(step, 'bridge_returned', `${why}: bridge ${current} → ${to}`, to, 'returning');
}

function calmText(facts: ServiceFacts, nowMs: number): string {
  const troubleAtMs = lastTroubleAtMs(facts);
  return troubleAtMs === 0
    ? 'nothing is missing'
    : `Spot has been calm for ${Math.round((nowMs - troubleAtMs) / 1000)} s`;
}

function steadyText({ figures }: BridgeStep): string {
  return `${figures.staying} of ${figures.wanted} tasks stay, none is missing because of Spot`;
}

/** What the floor lacks: the service's own on-demand tasks, by its own strategy, count towards it. */
function floorNeed(facts: ServiceFacts, policy: ServicePolicy): number {
  if (policy.onDemandFloor === 0 || (facts.primary?.desiredCount ?? 0) === 0) return 0;
  return Math.max(0, policy.onDemandFloor - (facts.onDemandRunning ?? 0));
}

function turnedAt(bridge: BridgeState | undefined, turned: boolean, nowMs: number): { turnedAtMs?: number } {
  const turnedAtMs = turned ? nowMs : bridge?.turnedAtMs;
  return turnedAtMs === undefined ? {} : { turnedAtMs };
}

/** Who lowers what is wanted is respected at once: what was needed above it is not kept, and no turn is waited for. */
function withoutLowered(facts: ServiceFacts, wanted: number): ServiceFacts {
  const { control } = facts.ledger;
  const lowered = (control.wantedLatched ?? 0) - wanted;
  if (lowered <= 0) return facts;
  const recentShortfalls = control.recentShortfalls
    .map(({ atMs, count }) => ({ atMs, count: count - lowered }))
    .filter(({ count }) => count > 0);
  const { bridge, ...rest } = control;
  const turnable = bridge === undefined ? {} : { bridge: withoutTurn(bridge) };
  return { ...facts, ledger: { ...facts.ledger, control: { ...rest, ...turnable, recentShortfalls } } };
}

function withoutTurn({ turnedAtMs: _turn, ...bridge }: BridgeState): BridgeState {
  return bridge;
}

/** What every look decides anew. */
function withoutMomentary(control: ControlState): ControlState {
  const { wantedLatched: _latch, missingSinceMs: _missing, missingStaying: _staying, ...kept } = control;
  const { windDownSinceMs: _wind, slotAtMs: _slot, quietUntilMs: _quiet, gathering: _gathering, ...rest } = kept;
  return rest;
}
