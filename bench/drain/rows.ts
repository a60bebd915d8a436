import type { Workshop } from '../bundles/build.ts';
import { progress } from '../progress.ts';
import { atMost, exactly, type Row } from '../row.ts';
import { runChild } from '../run-child.ts';
import { medianOf, summaryOf } from '../statistics.ts';
import type { DrainAnswer, DrainJob } from './job.ts';

const sizes = [100, 1_000, 5_000, 15_000];
const smallest = 100;
const largest = 15_000;
const warmUpMessages = 3_000;
const growthBound = 1.2;
const memoryMb = 128;

const environment = {
  POWERTOOLS_SERVICE_NAME: 'ballast',
  POWERTOOLS_METRICS_NAMESPACE: 'Ballast',
  POWERTOOLS_LOG_LEVEL: 'INFO',
};

/** As Lambda's own start script sizes the heap of a function with 256 MB, the least that serverless.yml gives. */
const lambdaHeap = ['--expose-gc', '--max-semi-space-size=12', '--max-old-space-size=231'];

/** CPU per message by the size of the storm, and whether any message got lost. */
export async function cpuRows({ child }: Workshop, rounds: number): Promise<Row[]> {
  const answers = new Map<number, DrainAnswer[]>(sizes.map((size) => [size, []]));
  for (let round = 1; round <= rounds; round += 1) {
    progress(`CPU per message: round ${round} of ${rounds}`);
    for (const [size, runs] of answers) {
      runs.push(await runDrain(child('drain'), { messages: size, warmUpMessages, samplesMemory: false }, []));
    }
  }
  const usOf = (answer: DrainAnswer) => (answer.sensorsUs + answer.decideUs) / answer.messages;
  const sensorUsOf = (answer: DrainAnswer) => answer.sensorsUs / answer.messages;
  return [
    ...bySize(answers, 'sensors and decide', usOf),
    ...bySize(answers, 'sensors alone', sensorUsOf),
    ...[...answers].map(
      ([size, runs]): Row => ({
        section: 'CPU per message',
        what: `decide and its wakes per request, ${runs[0]?.requestsDecided} requests of ${size} messages`,
        unit: 'µs',
        value: summaryOf(runs.map(({ decideUs, requestsDecided }) => decideUs / requestsDecided)),
      }),
    ),
    lostRow([...answers.values()].flat()),
  ];
}

function bySize(
  answers: ReadonlyMap<number, readonly DrainAnswer[]>,
  what: string,
  usOf: (answer: DrainAnswer) => number,
): Row[] {
  const smallestUs = medianOf((answers.get(smallest) ?? []).map(usOf));
  return [...answers].map(([size, runs]): Row => {
    const value = summaryOf(runs.map(usOf));
    const ratio = value.median / smallestUs;
    return {
      section: 'CPU per message',
      what: `${what}, ${size} messages`,
      unit: 'µs',
      value,
      ...(size === smallest ? {} : { ratio }),
      ...(size === largest ? { goal: atMost(ratio, growthBound, `${growthBound} × at ${smallest}`) } : {}),
    };
  });
}

function lostRow(answers: readonly DrainAnswer[]): Row {
  const lost = answers.reduce((sum, answer) => sum + answer.lost, 0);
  return {
    section: 'CPU per message',
    what: `messages lost, of ${answers.reduce((sum, { messages }) => sum + messages, 0)} in all runs`,
    unit: '',
    value: lost,
    goal: exactly(lost, 0),
  };
}

/** Resident memory while the largest storm is drained. */
export async function memoryRows({ child }: Workshop, rounds: number): Promise<Row[]> {
  const runs: DrainAnswer[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress(`memory: round ${round} of ${rounds}`);
    runs.push(
      await runDrain(child('drain'), { messages: largest, warmUpMessages: 0, samplesMemory: true }, lambdaHeap),
    );
  }
  const mb = (of: (answer: DrainAnswer) => number) => summaryOf(runs.map((answer) => of(answer) / 2 ** 20));
  const growth = mb(({ rssPeakBytes, rssBeforeBytes }) => rssPeakBytes - rssBeforeBytes);
  return [
    {
      section: 'memory',
      what: `growth of RSS at its peak, ${largest} messages`,
      unit: 'MB',
      value: growth,
      beside: {
        before: mb(({ rssBeforeBytes }) => rssBeforeBytes).median,
        'heap at its peak': mb(({ heapPeakBytes }) => heapPeakBytes).median,
      },
      goal: atMost(growth.median, memoryMb, `${memoryMb} MB`),
    },
  ];
}

function runDrain(script: string, job: DrainJob, execArgv: readonly string[]): Promise<DrainAnswer> {
  return runChild<DrainAnswer>(script, [JSON.stringify(job)], { execArgv, env: environment });
}
