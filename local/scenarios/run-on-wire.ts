import { fileURLToPath } from 'node:url';
import type { AlarmChange } from '../region/alarms.ts';
import { type Region, type RegionOptions, startRegion } from '../region/region.ts';
import type { AwsCall } from '../region/wire.ts';
import { createWorld, type World } from '../world/world.ts';
import type { Cast } from './cast.ts';
import { createParts, type Part } from './parts.ts';
import { type Operator, type Scenario, scenarioStartMs } from './scenario.ts';
import { createWireOperator } from './wire-operator.ts';

const root = new URL('../../', import.meta.url);

/** The stack as `npm run package` made it. */
const packaged = {
  templateFile: fileURLToPath(new URL('.serverless/cloudformation-template-update-stack.json', root)),
  codeDir: fileURLToPath(root),
};

/** Virtual seconds per real second. When seconds count the clock is slower: a millisecond of this machine is long then. */
export const speeds = { tense: 5, usual: 30, calm: 90 };
const tenseMs = 75_000;
/** The stage is set before the curtain: services are up when the functions start. */
export const curtainMs = 2 * 60_000;

export interface Play {
  readonly world: World;
  readonly cast: Cast;
  readonly region: Region;
  readonly awsCalls: readonly AwsCall[];
  readonly alarms: readonly AlarmChange[];
  readonly operator: Operator;
  stop(): Promise<void>;
}

/** A region with the scenario's stage set and the deployed bundles in it. Whoever opens it stops it. */
export async function openOnWire(
  scenario: Scenario,
  seed: number,
  on: NonNullable<RegionOptions['on']>,
): Promise<Play> {
  const world = createWorld({ seed, startMs: scenarioStartMs, switches: scenario.switches });
  const cast = scenario.setUp(world);
  let operator: ReturnType<typeof createWireOperator> | undefined;
  const jobs = scenario.countingJobs?.(world, (detailType, detail) => operator?.report(detailType, detail));
  if (jobs !== undefined) world.runContainersWith(jobs);
  world.advanceTo(scenarioStartMs + curtainMs);
  const awsCalls: AwsCall[] = [];
  const alarms: AlarmChange[] = [];
  const region = await startRegion({
    ...packaged,
    world,
    speed: speeds.usual,
    ...(scenario.deliveries === undefined ? {} : { deliveries: scenario.deliveries }),
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
  operator = createWireOperator(region);
  return {
    world,
    cast,
    region,
    awsCalls,
    alarms,
    operator,
    async stop() {
      operator?.close();
      await region.stop();
    },
  };
}

/** Plays the scenario's acts to the end. @returns the figures of each part. */
export async function playOnWire(scenario: Scenario, play: Play, onAct: (title: string) => void): Promise<Part[]> {
  const { region, world, cast, operator } = play;
  const parts = createParts(world, cast);
  for (const act of scenario.acts) {
    await region.until(scenarioStartMs + act.atMs);
    region.clock.setSpeed(speeds[act.pace ?? 'usual']);
    onAct(act.title);
    world.advanceTo(region.clock.nowMs());
    if (act.opensPart !== undefined) parts.open(act.opensPart);
    await act.run(world, cast, operator);
    if (act.pace === 'tense') {
      await region.until(region.clock.nowMs() + tenseMs);
      region.clock.setSpeed(speeds.usual);
    }
  }
  await region.until(scenarioStartMs + scenario.durationMs);
  return parts.close();
}
