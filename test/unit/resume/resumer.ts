import { look } from '../../../functions/resume/look.ts';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';
import { createQuietTelemetry } from '../../../local/virtual/quiet-telemetry.ts';
import type { Work } from '../../../shared/decisions/work.ts';
import { TerminalError } from '../../../shared/errors.ts';
import type { StackPolicy } from '../../../shared/policy/policy.ts';
import type { BusEvent } from '../../../shared/ports/bus.ts';
import type { Ec2 } from '../../../shared/ports/ec2.ts';
import type { LaunchedTask, RunTaskAnswer, RunTaskInput } from '../../../shared/ports/ecs.ts';
import type { LookCause, LookRequest } from '../../../shared/ports/jobs.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import { nowMs } from '../../builders/service-facts.ts';
import { aLaunchedTask, clusterArn, definitionArn, jobStack, nextTaskArn, taskArn } from '../../builders/work.ts';

/** `ecs.runTask`, `ledger.saveWork` … with its arguments. */
interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
}

interface Fault {
  /** Undefined for a call of any name. */
  readonly name: string | undefined;
  readonly error: Error;
  /** Not done, or done without anybody learning of it. */
  readonly when: 'before' | 'after';
  /** So many calls are spared. */
  skip: number;
}

interface Setup {
  /** What DescribeTasks knows. */
  readonly tasks?: readonly LaunchedTask[];
  /** What the tags of the task definition say; undefined for one that did not opt in to anything. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Undefined where it is gone. */
  readonly network?: Awaited<ReturnType<Ec2['networkInterface']>>;
  readonly volumeLike?: Ec2['volumeLike'];
  readonly stackPolicy?: Partial<StackPolicy>;
  readonly work?: readonly Work[];
  readonly ledger?: Partial<Ledger>;
  readonly isPaused?: boolean;
  /** What RunTask answers to each new request, in this order; then tasks. */
  readonly answers?: readonly (RunTaskAnswer | Error)[];
}

const privately = { securityGroups: ['sg-1'], hasPublicIp: false };

/**
 * `resume` with ports in memory: an ECS that remembers clientTokens as AWS does, and a list of all that was called.
 * An error of `fail` is thrown once.
 */
export async function aResumer(setup: Setup = {}) {
  let atMs = nowMs;
  const clock = { nowMs: () => atMs };
  const calls: Call[] = [];
  const faults: Fault[] = [];
  const events: BusEvent[] = [];
  const later: [LookCause, number][] = [];
  const told: unknown[][] = [];
  const watched = <T extends object>(port: string, of: T): T =>
    new Proxy(of, {
      get(target, key) {
        const member = Reflect.get(target, key);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          const name = `${port}.${String(key)}`;
          calls.push({ name, args });
          const fault = faults.find((one) => one.name === undefined || one.name === name);
          if (fault !== undefined) fault.skip -= 1;
          const isDue = fault?.skip === -1;
          if (isDue && fault.when === 'before') throw fault.error;
          const answer = await Reflect.apply(member, target, args);
          if (isDue) throw fault.error;
          return answer;
        };
      },
    });

  const memory: Ledger = { ...createMemoryLedger(clock), ...setup.ledger };
  const ecs = createEcsWithTokens(setup);
  const { tags = { 'ballast:resume': 'true' } } = setup;
  const optedIn = !('tags' in setup) || setup.tags !== undefined;
  const ledger = watched('ledger', memory);
  const run = look({
    ledger,
    ecs: watched('ecs', ecs),
    ec2: watched('ec2', {
      networkInterface: async () => ('network' in setup ? setup.network : privately),
      volumeLike: setup.volumeLike ?? (async () => undefined),
    }),
    jobs: watched('jobs', {
      look: async () => {},
      lookLater: async ({ cause }: LookRequest, delayMs: number) => {
        later.push([cause, delayMs]);
      },
    }),
    bus: watched('bus', {
      publish: async (published: readonly BusEvent[]) => {
        events.push(...published);
      },
    }),
    enrolments: {
      taskDefinition: async (arn) =>
        optedIn && arn === definitionArn ? { arn, kind: 'task-definition' as const, tags } : undefined,
    },
    telemetry: new Proxy(
      createQuietTelemetry(() => {}),
      {
        get:
          (_target, key) =>
          (...args: unknown[]) =>
            told.push([key, ...args]),
      },
    ),
    clock,
    stackPolicy: { ...jobStack, ...setup.stackPolicy },
  });
  for (const work of setup.work ?? []) await memory.saveWork(work, 0);
  await memory.setPause(undefined, setup.isPaused === true);

  return {
    look: (cause: LookCause, { redelivered = false, of = taskArn } = {}) =>
      run({ taskArn: of, clusterArn, cause }, redelivered),
    memory,
    ecs,
    /** What was published on the bus. */
    events,
    /** The cause and delay of every look that was asked for. */
    later,
    /** What telemetry was told. */
    told,
    pass: (ms: number) => {
      atMs += ms;
    },
    /** One call of that name, or of any, fails: the next, unless some are to be spared. */
    fail: (name: string | undefined, error: Error, { when = 'before', skip = 0 }: Partial<Fault> = {}) =>
      faults.push({ name, error, when, skip }),
    heal: () => {
      faults.length = 0;
    },
    calls,
    called: (name: string) => calls.filter((call) => call.name === name),
    /** The names of calls that begin with one of these. */
    names: (...prefixes: string[]) =>
      calls.map(({ name }) => name).filter((name) => prefixes.some((prefix) => name.startsWith(prefix))),
    work: async (of = taskArn): Promise<Work | undefined> => (await memory.readWork(of))?.work,
    open: async () => (await memory.openJobs()).map((job) => [job.taskArn, job.lookAtMs - nowMs]),
  };
}

/** The same token with the same request is the same answer; with another request it is refused. */
function createEcsWithTokens({ tasks = [aLaunchedTask()], answers = [] }: Setup) {
  const known = new Map(tasks.map((task) => [task.taskArn, task]));
  const byToken = new Map<string, { readonly body: string; readonly answer: RunTaskAnswer | Error }>();
  const script = [...answers];
  const started: string[] = [];
  return {
    /** Tasks that RunTask has started. */
    started,
    /** The bodies of the requests, as they came. */
    requests: [] as string[],
    tell: (task: LaunchedTask) => known.set(task.taskArn, task),
    forget: (arn: string) => known.delete(arn),
    describeLaunchedTask: async (_cluster: string, arn: string) => known.get(arn),
    async runTask(request: RunTaskInput): Promise<RunTaskAnswer> {
      const body = JSON.stringify(request);
      this.requests.push(body);
      const before = byToken.get(request.clientToken);
      if (before !== undefined && before.body !== body) {
        throw new TerminalError('RunTask: the token was used for another request', 'ConflictException');
      }
      const answer = before?.answer ??
        script.shift() ?? { taskArn: [nextTaskArn, `${nextTaskArn}b`][started.length] ?? '' };
      if (answer instanceof Error) throw answer;
      byToken.set(request.clientToken, { body, answer });
      if (before === undefined && 'taskArn' in answer) started.push(answer.taskArn);
      return answer;
    },
  };
}
