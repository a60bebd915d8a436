import { fileURLToPath } from 'node:url';
import type { AlarmChange } from '../region/alarms.ts';
import { type Region, type RegionOptions, startRegion } from '../region/region.ts';
import type { AwsCall } from '../region/wire.ts';
import { createWorld, type World } from '../world/world.ts';
import { scenarioStartMs } from './run-virtual.ts';
import type { Cast, Scenario } from './scenario.ts';

const root = new URL('../../', import.meta.url);

/** The stack as `npm run package` made it. */
const packaged = {
  templateFile: fileURLToPath(new URL('.serverless/cloudformation-template-update-stack.json', root)),
  codeDir: fileURLToPath(root),
};

/** Virtual seconds per real second: while something happens, and while nothing does. */
export const liveSpeed = 20;
const calmSpeed = 60;
/** The stage is set before the curtain: services are up when the functions start. */
export const curtainMs = 2 * 60_000;

export interface Play {
  readonly world: World;
  readonly cast: Cast;
  readonly region: Region;
  readonly awsCalls: readonly AwsCall[];
  readonly alarms: readonly AlarmChange[];
}

/** A region with the scenario's stage set and the deployed bundles in it. Whoever opens it stops it. */
export async function openOnWire(
  scenario: Scenario,
  seed: number,
  on: NonNullable<RegionOptions['on']>,
): Promise<Play> {
  const world = createWorld({ seed, startMs: scenarioStartMs, switches: scenario.switches });
  const cast = scenario.setUp(world);
  world.advanceTo(scenarioStartMs + curtainMs);
  const awsCalls: AwsCall[] = [];
  const alarms: AlarmChange[] = [];
  const region = await startRegion({
    ...packaged,
    world,
    speed: liveSpeed,
    on: {
      ...on,
      awsCall(call) {
        awsCalls.push(call);
        on.awsCall?.(call);
      },
      alarm(change) {
        alarms.push(change);
        on.alarm?.(change);
      },
    },
  });
  return { world, cast, region, awsCalls, alarms };
}

/** Plays the scenario's acts to the end. */
export async function playOnWire(scenario: Scenario, play: Play, onAct: (title: string) => void): Promise<void> {
  const { region, world, cast } = play;
  for (const act of scenario.acts) {
    await region.until(scenarioStartMs + act.atMs);
    region.clock.setSpeed(act.thenCalm ? calmSpeed : liveSpeed);
    onAct(act.title);
    world.advanceTo(region.clock.nowMs());
    act.run(world, cast);
  }
  await region.until(scenarioStartMs + scenario.durationMs);
}
