import { progress } from '../progress.ts';
import { atMost, exactly, type Row } from '../row.ts';
import { percentileOf } from '../statistics.ts';
import { lowerBoundOf } from './lower-bound.ts';
import { askedDelaysMs, askedIn, countsOf, decisionDelaysMs, ecsWrites, requestsUntilAsked } from './outcome.ts';
import { playStorm, type Storm, type StormSetup } from './play.ts';

const storm500: StormSetup = { services: 20, tasksEach: 40, noticesEach: 25, handler: 'ballast' };
const storm1000: StormSetup = { services: 200, tasksEach: 25, noticesEach: 5, handler: 'ballast' };
const single: StormSetup = { services: 1, tasksEach: 25, noticesEach: 1, handler: 'ballast' };
/** Within the five minutes for which SQS FIFO remembers and beyond the fence, the pauses and the first writes. */
const tenfoldMs = [0, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000];
const boundFactor = 2;
const handledWithinMs = 120_000;

/** Requests and delays on the virtual clock: the same in every run, so that one is enough. */
export async function stormRows(): Promise<Row[]> {
  progress('AWS requests: 500 notices, and ten times each');
  const once = await playStorm(storm500);
  const tenfold = await playStorm({ ...storm500, deliveriesMs: tenfoldMs });
  progress('AWS requests: the naive handler');
  const naive = await playStorm({ ...storm500, handler: 'naive' });
  const unlimited = await playStorm({ ...storm500, handler: 'naive', throttling: false });
  progress('AWS requests: nothing changes');
  const calm = await playStorm({ ...storm500, noticesEach: 0, redelivers: true });
  progress('AWS requests: 1,000 notices at once');
  const thousand = await playStorm(storm1000);
  const one = await playStorm(single);
  return [
    ...requestRows(once, naive, unlimited),
    writesRow(once, tenfold),
    calmRow(calm),
    handledRow(thousand),
    boundRow(thousand, 'requests of 1,000 notices, 200 services'),
    ...latencyRows(once, '500 notices'),
    ...latencyRows(thousand, '1,000 notices'),
    ...latencyRows(one, 'one notice'),
  ];
}

const section = 'AWS requests, virtual';

function requestRows(once: Storm, naive: Storm, unlimited: Storm): Row[] {
  const naiveRequests = requestsUntilAsked(naive);
  return [
    boundRow(once, 'requests of 500 notices, 20 services', {
      naive: naiveRequests.length,
      'naive, had AWS no limits': requestsUntilAsked(unlimited).length,
    }),
    {
      section,
      what: '… throttled by AWS among them',
      unit: '',
      value: throttledIn(requestsUntilAsked(once)),
      beside: { naive: throttledIn(naiveRequests) },
    },
    {
      section,
      what: '… from the storm until the last was asked for',
      unit: 's',
      value: secondsUntilAsked(once),
      beside: { naive: secondsUntilAsked(naive) },
    },
  ];
}

function boundRow(storm: Storm, what: string, beside: Readonly<Record<string, number>> = {}): Row {
  const { services, tasksEach, noticesEach } = storm.setup;
  const bound = lowerBoundOf(services, tasksEach - noticesEach).total;
  const requests = requestsUntilAsked(storm);
  return {
    section,
    what,
    unit: '',
    value: requests.length,
    beside: { 'lower bound': bound, ...beside },
    ratio: requests.length / bound,
    goal: atMost(requests.length, boundFactor * bound, `${boundFactor} × lower bound`),
    note: countsOf(requests),
  };
}

function writesRow(once: Storm, tenfold: Storm): Row {
  const added = ecsWrites(tenfold.requests).length - ecsWrites(once.requests).length;
  return {
    section,
    what: 'ECS writes that tenfold delivery adds',
    unit: '',
    value: added,
    beside: { 'writes, delivered once': ecsWrites(once.requests).length },
    goal: exactly(added, 0),
  };
}

function calmRow(calm: Storm): Row {
  const writes = ecsWrites(calm.requests).length;
  return {
    section,
    what: 'ECS writes when nothing changed and all events come again',
    unit: '',
    value: writes,
    beside: { 'all requests': calm.requests.length },
    goal: exactly(writes, 0),
  };
}

/** A notice is handled when its service's bridge has been asked for in full, not when somebody has read it. */
function handledRow(thousand: Storm): Row {
  const delays = askedDelaysMs(thousand);
  const share =
    (100 * delays.filter((ms) => ms <= handledWithinMs).length) / (storm1000.services * storm1000.noticesEach);
  return {
    section,
    what: `1,000 notices at once: asked for within ${handledWithinMs / 1000} s`,
    unit: '%',
    value: share,
    note: `the last after ${Math.round(Math.max(...delays) / 1000)} s`,
    goal: exactly(share, 100),
  };
}

function latencyRows(storm: Storm, what: string): Row[] {
  const row = (name: string, delays: readonly number[]): Row => ({
    section: 'latency, virtual',
    what: `${name}, P50, ${what}`,
    unit: 's',
    value: percentileOf(delays, 0.5) / 1000,
    beside: { P99: percentileOf(delays, 0.99) / 1000 },
  });
  return [row('notice to decision', decisionDelaysMs(storm)), row('notice to all asked for', askedDelaysMs(storm))];
}

function secondsUntilAsked(storm: Storm): number {
  return (askedIn(storm).untilMs - storm.stormAtMs) / 1000;
}

function throttledIn(requests: Storm['requests']): number {
  return requests.filter(({ error }) => error === 'ThrottlingException').length;
}
