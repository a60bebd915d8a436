import { createLogStore } from '../region/logs.ts';
import { curtainMs, openOnWire } from '../scenarios/run-on-wire.ts';
import { type Act, type Scenario, scenarioStartMs } from '../scenarios/scenario.ts';
import { createTimeline } from '../scenarios/timeline.ts';
import { createHappenings } from './happenings.ts';
import type { AlarmTurn, DashboardSource } from './source.ts';

export interface WatchedOnWire {
  readonly source: DashboardSource;
  /** Plays the acts to the end of the scenario, or to the signal. */
  play(signal: AbortSignal): Promise<void>;
  /** Keeps the region alive, slowly, until the signal. */
  linger(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Virtual seconds per real second: slower than the demo, whose cast is smaller and nobody draws charts of it. */
const speeds = { tense: 8, usual: 20, calm: 60 };
/** For so long seconds count, after an act that says so. */
const tenseMs = 75_000;
/** After the last act. */
const lingerSpeed = 10;
/** Real milliseconds between two looks at whether to go on. */
const lookMs = 200;

/** A scenario in a region with the bundles as deployed, with all that a dashboard shows. Whoever opens it stops it. */
export async function watchOnWire(scenario: Scenario, write: (line: string) => void): Promise<WatchedOnWire> {
  const logs = createLogStore();
  const alarmChanges: AlarmTurn[] = [];
  let nowMs = () => scenarioStartMs + curtainMs;
  const { happenings, tell } = createHappenings(() => nowMs());
  const timeline = createTimeline(scenarioStartMs, () => nowMs(), write, tell);
  const play = await openOnWire(scenario, scenario.seed, {
    ...timeline,
    log(functionName, line) {
      logs.add(`/aws/lambda/${functionName}`, line, nowMs());
      timeline.log(functionName, line);
    },
    alarm(change) {
      alarmChanges.push(change);
      timeline.alarm(change);
    },
  });
  const { region, world, cast, operator } = play;
  nowMs = region.clock.nowMs;
  // Five services are enrolled at once, by code that has never run.
  region.clock.setSpeed(speeds.tense);

  const reach = async (ms: number, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted && region.clock.nowMs() < ms) {
      await region.until(Math.min(ms, region.clock.nowMs() + region.clock.speed * lookMs));
    }
  };
  const perform = async (act: Act, signal: AbortSignal): Promise<void> => {
    await reach(scenarioStartMs + act.atMs, signal);
    if (signal.aborted) return;
    region.clock.setSpeed(speeds[act.pace ?? 'usual']);
    timeline.act(act.title);
    world.advanceTo(region.clock.nowMs());
    await act.run(world, cast, operator);
    if (act.pace !== 'tense') return;
    await reach(region.clock.nowMs() + tenseMs, signal);
    region.clock.setSpeed(speeds.usual);
  };

  return {
    source: {
      story: scenario.summary,
      template: region.template,
      metrics: region.metrics,
      alarms: region.alarms,
      alarmChanges,
      logs,
      bornMs: scenarioStartMs + curtainMs,
      nowMs,
      happenings,
      invoke: region.invokeFunction,
    },
    async play(signal) {
      for (const act of scenario.acts) await perform(act, signal);
      await reach(scenarioStartMs + scenario.durationMs, signal);
    },
    async linger(signal) {
      region.clock.setSpeed(lingerSpeed);
      timeline.act('the script is over; the region goes on until Ctrl-C');
      await reach(Number.POSITIVE_INFINITY, signal);
    },
    stop: play.stop,
  };
}
