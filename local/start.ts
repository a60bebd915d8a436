import { parseArgs } from 'node:util';
import { playTour } from './dashboard/play-tour.ts';
import { deliverEvent } from './deliver-event.ts';
import { loadRules } from './rules.ts';
import { demo } from './scenarios/demo.ts';
import type { Part } from './scenarios/parts.ts';
import { curtainMs, openOnWire, playOnWire, speeds } from './scenarios/run-on-wire.ts';
import { runVirtually } from './scenarios/run-virtual.ts';
import { scenarioStartMs } from './scenarios/scenario.ts';
import { comparison, requestLine } from './scenarios/table.ts';
import { createTimeline } from './scenarios/timeline.ts';
import { loadStackPolicy } from './stack-policy.ts';
import { defaultSwitches } from './world/switches.ts';

const help = `npm start                    plays a demo in an embedded region: Spot goes, comes back, and goes with on-demand
npm start -- --event FILE    delivers one EventBridge event (JSON) to the region and prints what it led to
npm start -- --seed N        another seed of the demo
npm start -- --dashboard     plays a tour of everything that can happen, and shows the deployed dashboards and alarms at
                             work on a page at 127.0.0.1; in a terminal it stays until Ctrl-C, else it ends by itself
npm start -- --dashboard --port N   at that port
`;

const { values } = readArguments();
if (values.help) {
  process.stdout.write(help);
} else if (values.event !== undefined) {
  process.exitCode = await deliverEvent(values.event, (line) => console.log(line));
} else if (values.dashboard) {
  await playTour(Number(values.port ?? 0));
} else {
  await playDemo(values.seed === undefined ? demo.seed : Number(values.seed));
}

async function playDemo(seed: number): Promise<void> {
  const startedMs = performance.now();
  printAssumptions(seed);
  const without = await runVirtually(demo, {
    seed,
    withBallast: false,
    rules: loadRules(),
    stackPolicy: loadStackPolicy(),
  });

  let nowMs = () => scenarioStartMs + curtainMs;
  const timeline = createTimeline(
    scenarioStartMs,
    () => nowMs(),
    (line) => console.log(line),
  );
  const play = await openOnWire(demo, seed, timeline);
  nowMs = play.region.clock.nowMs;
  let parts: Part[] = [];
  try {
    timeline.act('the services run on Spot; Ballast has just been deployed and looks who is enrolled');
    parts = await playOnWire(demo, play, timeline.act);
  } finally {
    await play.stop();
  }

  const requests: Record<string, number> = {};
  for (const { service, action } of play.awsCalls) {
    const name = service === 'ecs' || service === 'tagging' ? action : service;
    requests[name] = (requests[name] ?? 0) + 1;
  }
  console.log('\nThe same seed without and with Ballast. Counted from the first notice of each act.\n');
  for (const line of comparison(play.cast, without.parts, parts)) console.log(line);
  console.log(requestLine(requests));
  console.log(`Alarms: ${play.alarms.map(({ alarm, state }) => `${alarm} ${state}`).join(', ') || 'none'}`);
  console.log(`Played in ${((performance.now() - startedMs) / 1000).toFixed(0)} s.`);
}

function printAssumptions(seed: number): void {
  const { stopTimeoutMs, exitAfterSigtermMs, launchToHealthyMs, eventLagMs } = { ...defaultSwitches, ...demo.switches };
  const seconds = ([min, max]: readonly [number, number]) => `${min / 1000}–${max / 1000} s`;
  console.log(
    `Embedded region, seed ${seed}, clock ${speeds.usual} times as fast, ${speeds.tense} times after a notice, ${speeds.calm} times while nothing happens.`,
  );
  console.log(
    `Assumed: stopTimeout ${stopTimeoutMs / 1000} s, exit ${seconds(exitAfterSigtermMs)} after SIGTERM, ` +
      `${seconds(launchToHealthyMs)} from launch to healthy, events ${seconds(eventLagMs)} late.\n`,
  );
}

function readArguments() {
  try {
    const parsed = parseArgs({
      options: {
        event: { type: 'string' },
        seed: { type: 'string' },
        dashboard: { type: 'boolean' },
        port: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (parsed.values.seed !== undefined && !/^\d{1,9}$/.test(parsed.values.seed)) {
      throw new Error(`--seed takes a whole number, not ${parsed.values.seed}`);
    }
    if (parsed.values.port !== undefined && !/^\d{1,5}$/.test(parsed.values.port)) {
      throw new Error(`--port takes a number, not ${parsed.values.port}`);
    }
    return parsed;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exit(2);
  }
}
