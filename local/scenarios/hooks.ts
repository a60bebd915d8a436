import type { HookAnswer } from '../../shared/ports/hooks.ts';
import type { VirtualLambda } from '../virtual/virtual-region.ts';
import { atMost, exactly } from './goals.ts';
import type { Goal, Outcome } from './outcome.ts';
import { minute, type Scenario } from './scenario.ts';
import { acting, createCluster, createService } from './stage.ts';

const desired = 6;
const storm = 5;
const sixMegabytes = 6 * 1_048_576;

const completed = (request: Parameters<VirtualLambda>[0], more: object = {}): HookAnswer => ({
  reply: JSON.stringify({ outcome: 'completed', uri: `${request.uriPrefix}state.json`, ...more }),
});

/** What users' functions do, well and badly. Each is the hook of a service of the same name. */
const lambdas: Readonly<Record<string, VirtualLambda>> = {
  'well-behaved': async (request, after) => {
    await after(8_000);
    return completed(request);
  },
  hangs: () => new Promise(() => {}),
  throws: async () => ({ failure: 'error', detail: 'TypeError: state is undefined' }),
  throttled: async (_request, after) => {
    await after(60_000);
    return { failure: 'throttled', detail: 'TooManyRequestsException' };
  },
  floods: async () => ({ failure: 'reply_too_large', detail: `${sixMegabytes} bytes` }),
  'too-late': async (request, after) => {
    await after(130_000);
    return completed(request);
  },
  'for-another': async (request, after) => {
    await after(2_000);
    const taskArn = `${request.taskArn.slice(0, -32)}${'f'.repeat(32)}`;
    return completed(request, { taskArn });
  },
  'foreign-place': async (request, after) => {
    await after(2_000);
    return { reply: JSON.stringify({ outcome: 'completed', uri: `file:///tmp/${request.checkpointId}` }) };
  },
  nonsense: async () => ({ reply: '{"outcome": "perhaps"}' }),
};
const names = Object.keys(lambdas);

/** Every way in which a hook can misbehave, at the same moment: capacity does not wait for any of them. */
export const hooks: Scenario = {
  name: 'hooks',
  summary: 'nine services with checkpoint hooks that hang, throw, flood and lie, and one without; Spot takes from all',
  seed: 12,
  switches: {},
  durationMs: 15 * minute,
  stackPolicy: {
    hooks: Object.fromEntries(
      names.map((name) => [name, { lambda: name, uri: `s3://checkpoints/${name}`, waitMs: 15_000 }]),
    ),
  },
  lambdas,
  setUp(world) {
    const clusterArn = createCluster(world, 'main');
    const services = ['no-hook', ...names].map((name) => {
      const tags = name === 'no-hook' ? acting : { ...acting, 'ballast:checkpoint': name };
      return { name, arn: createService(world, clusterArn, { name, desiredCount: desired, tags }), role: 'bridge' };
    });
    return { clusterArn, services };
  },
  acts: [
    {
      atMs: storm * minute,
      title: 'Spot takes two tasks of each service',
      opensPart: 'notices, hooks and bridges',
      run(world, cast) {
        for (const { arn } of cast.services) world.market.reclaimFrom(arn, 2);
      },
    },
    {
      atMs: (storm + 1) * minute,
      title: 'reports come that nobody can use',
      run(_world, cast, operator) {
        const taskArn = `${cast.clusterArn.replace(':cluster/', ':task/')}/${'0'.repeat(32)}`;
        const checkpointId = `ckpt-${'0'.repeat(32)}`;
        operator?.report('Checkpoint Completed', { taskArn });
        operator?.report('Checkpoint Completed', {
          taskArn,
          checkpointId,
          uri: 's3://b/k',
          reason: 'x'.repeat(20_000),
        });
        operator?.report('Checkpoint Completed', { taskArn, checkpointId, uri: 'gopher://old/place' });
        operator?.report('Checkpoint Completed', { taskArn, checkpointId: 'ckpt-of-somebody-else' });
      },
    },
  ],
  goals: (outcome) => [
    ...names.map((name) => promptness(outcome, name)),
    exactly('checkpoints requested', requested(outcome), 2 * names.length),
    exactly('checkpoints completed by a hook', counted(outcome, 'reported', 'completed'), 2),
    exactly('hooks that ran out of time', counted(outcome, 'hook failed', 'timeout'), 4),
    exactly('hooks that failed', counted(outcome, 'hook failed', 'error'), 2),
    exactly('hooks that were throttled', counted(outcome, 'hook failed', 'throttled'), 2),
    exactly('replies too large', counted(outcome, 'hook failed', 'reply_too_large'), 2),
    exactly('replies that are none, or point to a foreign place', counted(outcome, 'hook failed', 'reply_invalid'), 4),
    // One reply for another task per notice, and one report.
    exactly('reports for another task', counted(outcome, 'reported', 'unknown'), 3),
    exactly('checkpoints that expired', counted(outcome, 'expired', 'expired'), 2 * (names.length - 1)),
    exactly('reports kept as dead letters, whole', outcome.deadLetters.length, 3),
    exactly('why', outcome.deadLetters.map(({ error }) => whyOf(error)).join('; '), 'checkpointId; detail; uri'),
    exactly(
      'checkpoints made known to replacements',
      outcome.busEvents.filter(({ event }) => event.detailType === 'Checkpoint Available').length,
      2,
    ),
  ],
};

/** How much later a service was decided for than the one without a hook. */
function promptness(outcome: Outcome, name: string): Goal {
  const laterMs = noticeToDecisionMs(outcome, name) - noticeToDecisionMs(outcome, 'no-hook');
  return atMost(`notice to decision of ${name}, later than without a hook by`, laterMs / 1000, 1, ' s');
}

/** From the first notice of the service, as it arrived, to the decision that it asked for. */
function noticeToDecisionMs({ cast, events, decisions }: Outcome, name: string): number {
  const notice = events.find(
    ({ event }) => event.detail.group === `service:${name}` && event.detail.stopCode === 'SpotInterruption',
  );
  const serviceArn = cast.services.find((service) => service.name === name)?.arn;
  const decision = decisions.find((record) => record.serviceArn === serviceArn && record.cause === 'notice');
  return (decision?.sinceMs ?? Number.POSITIVE_INFINITY) - (notice?.atMs ?? 0);
}

function requested(outcome: Outcome): number {
  return outcome.busEvents.filter(({ event }) => event.detailType === 'Checkpoint Requested').length;
}

function counted(outcome: Outcome, what: Outcome['tellings'][number]['what'], value: string): number {
  return outcome.tellings.filter((telling) => telling.what === what && telling.value === value).length;
}

/** The member that the reason names first. */
function whyOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return ['checkpointId', 'uri', 'detail'].find((member) => new RegExp(`\\b${member}\\b`).test(text)) ?? text;
}
