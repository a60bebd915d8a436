import type { Engine } from '../engine.ts';
import { type ReplayEvent, runningOf } from '../model.ts';
import type { ReplayPolicy } from '../policy.ts';
import { reactionMs } from '../settings.ts';
import { createCompanion, forceStrategy, setDesiredCount } from '../writes.ts';

/** What others do, each as its users describe it and as soon after the news as Ballast. */

/** How long the flip stays on demand. */
const coolDownMs = 30 * 60_000;
const companionName = 'companion';

export const spotOnly: ReplayPolicy = { name: 'spot-only', title: 'Spot only', isRival: true, provider: 'spot' };

export const onDemandOnly: ReplayPolicy = {
  name: 'on-demand-only',
  title: 'On-demand only',
  isRival: true,
  provider: 'onDemand',
};

/** Any sign of trouble rewrites the whole strategy to on-demand by a forced deployment; back after a cool-down. */
export const flip: ReplayPolicy = {
  name: 'flip',
  title: 'Flip and cool down',
  isRival: true,
  provider: 'spot',
  start: (engine) => {
    let flipped = false;
    return (event) => {
      if (flipped || !(isSpotShort(event) || isReclaim(event))) return;
      flipped = true;
      after(engine, reactionMs, () => forceStrategy(engine, 'onDemand'));
      after(engine, reactionMs + coolDownMs, () => {
        flipped = false;
        forceStrategy(engine, 'spot');
      });
    };
  },
};

/** An on-demand twin of the full size at any placement failure, scaled to 0 at the first steady state. */
export const wholeTwin: ReplayPolicy = {
  name: 'whole-twin',
  title: 'Whole-service twin',
  isRival: true,
  provider: 'spot',
  start: (engine) => companionPolicy(engine, () => engine.settings.tasks),
};

/** Buys what is missing once a placement failure was told, gives all of it back at the first steady state. */
export const onFailure: ReplayPolicy = {
  name: 'on-failure',
  title: 'Shortfall on placement failure',
  isRival: true,
  provider: 'spot',
  start: (engine) =>
    companionPolicy(engine, () =>
      Math.max(engine.companion?.desiredCount ?? 0, engine.settings.tasks - runningOf(engine.primary)),
    ),
};

function companionPolicy(engine: Engine, countOnFailure: () => number) {
  const scale = (count: number): void => {
    const { companion } = engine;
    if (companion === undefined) createCompanion(engine, companionName, count);
    else if (companion.desiredCount !== count) setDesiredCount(engine, companion, count);
  };
  return (event: ReplayEvent): void => {
    if (isSpotShort(event)) after(engine, reactionMs, () => scale(countOnFailure()));
    if (event.kind === 'steadyState' && event.service === engine.primary) after(engine, reactionMs, () => scale(0));
  };
}

function isSpotShort(event: ReplayEvent): boolean {
  return event.kind === 'placementFailure' && event.service.deployments[0].provider === 'spot';
}

function isReclaim(event: ReplayEvent): boolean {
  return event.kind === 'notice' || (event.kind === 'stopped' && event.task.noticed === true);
}

function after(engine: Engine, ms: number, work: () => void): void {
  engine.at(engine.nowMs() + ms, work);
}
