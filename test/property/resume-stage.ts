import { onSpotNotice } from '../../functions/on-spot-notice/on-spot-notice.ts';
import { onTaskStateChange } from '../../functions/on-task-state-change/on-task-state-change.ts';
import { look } from '../../functions/resume/look.ts';
import { createMemoryLedger } from '../../local/memory-ledger.ts';
import { loadStackPolicy } from '../../local/stack-policy.ts';
import { createQuietTelemetry } from '../../local/virtual/quiet-telemetry.ts';
import { createEnrolmentCache } from '../../shared/enrolment-cache.ts';
import { PoisonError, RetryableError, TerminalError } from '../../shared/errors.ts';
import type { CheckpointReport } from '../../shared/events/facts.ts';
import { taskFacts } from '../../shared/events/task-state-change.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Bus } from '../../shared/ports/bus.ts';
import type { Ecs } from '../../shared/ports/ecs.ts';
import type { HookCalls } from '../../shared/ports/hooks.ts';
import type { Jobs, LookRequest } from '../../shared/ports/jobs.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import { recordReport } from '../../shared/record-report.ts';
import { clusterArn, definitionArnOf, FakeEcs, type Switches } from './resume-ecs.ts';
import { type JobKind, kinds } from './resume-kinds.ts';
import { type Body, JobsModel } from './resume-model.ts';
import { Turns } from './resume-turns.ts';

/** What goes wrong once, at a call of a port. */
export interface Fault {
  /** The so-and-so-many-th call or a later one, or the first of that method. */
  readonly at: number | 'runTask' | 'publish' | 'saveWork';
  /**
   * `fails`: the call throws. `crashes`: the function ends there. `is slow`: the call takes nine seconds, and the
   * function's time is over some calls later. `refused`: RunTask says never. `repeated`: the answer to a conditional
   * write got lost, the SDK wrote again, and its own first write refused the second.
   */
  readonly what:
    | 'fails before'
    | 'fails after'
    | 'crashes before'
    | 'crashes after'
    | 'is slow'
    | 'refused'
    | 'repeated';
}

export interface Message {
  readonly body: Body;
  readonly dueAtMs: number;
  readonly receives: number;
}

/** One message in a function, or several side by side. */
interface Run {
  readonly turns: Turns | undefined;
  fault: Fault | undefined;
  calls: number;
}

const visibilityMs = { notice: 15_000, task: 180_000, report: 180_000, look: 180_000 };
const delayMsMax = 900_000;
/** Functions have ten seconds. */
const slowMs = 9_000;
const slowCalls = 3;
const sweepGraceMs = 30_000;
const minuteMs = 60_000;
/** Longer than any timer: then nothing may be left to be done. */
const calmMinutes = 45;

const policy: StackPolicy = {
  ...loadStackPolicy(),
  hooks: { 'in-task': { waitMs: 15_000 }, slow: { lambda: 'saver', waitMs: 300_000 } },
};

/** The functions around a ledger in memory, an ECS of ours and queues; every call of a port is a step. */
export class Stage {
  readonly ecs: FakeEcs;
  readonly model: JobsModel;
  /** Everything that was ever told, and not yet delivered: of ECS and of the tasks themselves. */
  readonly events: Body[] = [];
  undelivered: Body[] = [];
  private queue: Message[] = [];
  private readonly ledger: Ledger;

  constructor(switches: Switches) {
    this.ecs = new FakeEcs(switches);
    this.model = new JobsModel(this.ecs, switches.isSilent);
    this.ledger = this.watched(createMemoryLedger(this.clock));
  }

  private readonly clock = { nowMs: () => this.ecs.nowMs };

  async enrol(): Promise<void> {
    for (const kind of kinds) await this.optIn(kind, true);
  }

  /** The opt-in of a task definition is given or taken back, and reconcile has seen it. */
  async optIn(kind: JobKind, isIn: boolean): Promise<void> {
    const { out, everOut } = this.model;
    if (isIn) out.delete(kind.name);
    else for (const names of [out, everOut]) names.add(kind.name);
    const tags = { ...kind.tags, ...(isIn ? {} : { 'ballast:resume': 'false' }) };
    await this.ledger.enrol({ arn: definitionArnOf(kind), kind: 'task-definition', tags });
  }

  private watched(ledger: Ledger): Ledger {
    const { model } = this;
    return {
      ...ledger,
      async saveWork(work, expectedRevision) {
        const before = (await ledger.readWork(work.taskArn))?.work;
        const isWritten = await ledger.saveWork(work, expectedRevision);
        if (isWritten) model.stored(before, work);
        return isWritten;
      },
      async recordSpotShort(cluster, atMs) {
        model.spotShortAtMs = Math.max(model.spotShortAtMs, atMs);
        await ledger.recordSpotShort(cluster, atMs);
      },
    };
  }

  start(kind: JobKind): void {
    this.model.born(this.ecs.start(kind));
  }

  /** What ECS has told meanwhile is on its way. */
  private collect(): void {
    for (const event of this.ecs.events.slice(this.events.filter(({ queue }) => queue !== 'report').length)) {
      this.events.push(event);
      this.undelivered.push(event);
    }
  }

  report(report: CheckpointReport): void {
    const body: Body = { queue: 'report', taskArn: report.taskArn, report };
    this.events.push(body);
    this.undelivered.push(body);
  }

  async pause(isPaused: boolean): Promise<void> {
    this.model.isPaused = isPaused;
    this.model.wasPaused ||= isPaused;
    await this.ledger.setPause(undefined, isPaused);
  }

  /** A service's placement failure tells it. */
  async tellSpotShort(): Promise<void> {
    await this.ledger.recordSpotShort(clusterArn, this.ecs.nowMs);
  }

  pass(ms: number): void {
    this.ecs.pass(ms);
    this.collect();
  }

  /** Something happens to a task. */
  happen(event: (ecs: FakeEcs) => void): void {
    event(this.ecs);
    this.collect();
  }

  /** Messages whose time has come, and events that are on their way. */
  due(): (Message | Body)[] {
    return [...this.undelivered, ...this.queue.filter(({ dueAtMs }) => dueAtMs <= this.ecs.nowMs)];
  }

  /** Looks that may get lost: the sweep knows the job. */
  async losable(): Promise<Message[]> {
    const open = new Set((await this.ledger.openJobs()).map(({ taskArn }) => taskArn));
    return this.queue.filter(({ body, receives }) => body.queue === 'look' && receives === 0 && open.has(body.taskArn));
  }

  lose(lost: Message | Body): void {
    this.undelivered = this.undelivered.filter((each) => each !== lost);
    this.queue = this.queue.filter((each) => each !== lost);
  }

  /** Reconcile's overdue jobs. */
  async sweep(): Promise<void> {
    const open = await this.ledger.openJobs();
    for (const { taskArn } of open.filter(({ lookAtMs }) => lookAtMs + sweepGraceMs <= this.ecs.nowMs)) {
      this.send({ taskArn, clusterArn, cause: 'schedule' }, 0);
    }
  }

  private send(request: LookRequest, delayMs: number): void {
    const dueAtMs = this.ecs.nowMs + Math.min(delayMsMax, Math.max(0, Math.ceil(delayMs / 1_000) * 1_000));
    this.queue.push({ body: { queue: 'look', taskArn: request.taskArn, request }, dueAtMs, receives: 0 });
  }

  /**
   * Handles messages, side by side where there are several.
   * @param choices says whose turn is next.
   * @returns the fault where it has not come to pass.
   */
  async handle(given: readonly (Message | Body)[], choices: readonly number[], fault?: Fault) {
    for (const each of given) this.lose(each);
    const messages = given.map((each) => ('body' in each ? each : { body: each, dueAtMs: 0, receives: 0 }));
    const turns = messages.length > 1 ? new Turns(choices) : undefined;
    const run: Run = { turns, fault, calls: 0 };
    const handled = messages.map((message) => this.handleOne(run, message));
    await (turns === undefined ? handled[0] : turns.take(handled));
    this.collect();
    return run.fault;
  }

  private async handleOne(run: Run, message: Message): Promise<void> {
    const { body, receives } = message;
    const life = { isOver: false, callsLeft: Number.POSITIVE_INFINITY };
    const receivedAtMs = this.ecs.nowMs;
    const done = this.model.handling(body, run.turns === undefined);
    let error: unknown;
    try {
      await this.functionOf(run, life, body)(receives > 0);
    } catch (thrown) {
      error = thrown;
    }
    // What can never be handled goes to the dead-letter queue.
    const isDone = !life.isOver && (error === undefined || error instanceof PoisonError);
    done(isDone);
    if (isDone) return;
    if (!life.isOver && !(error instanceof RetryableError)) throw error;
    const dueAtMs = receivedAtMs + visibilityMs[body.queue];
    this.queue.push({ body, dueAtMs, receives: receives + 1 });
  }

  private functionOf(run: Run, life: Life, body: Body): (redelivered: boolean) => Promise<void> {
    const { ecs, model, clock } = this;
    const stepped = <T extends object>(port: T) => this.stepped(run, life, port);
    const ledger = stepped(this.ledger);
    const jobs = stepped<Jobs>({
      look: async (requests) => {
        for (const request of requests) this.send(request, 0);
      },
      lookLater: async (request, delayMs) => this.send(request, delayMs),
    });
    const bus = stepped<Bus>({ publish: async (events) => model.published(events) });
    const deps = {
      ledger,
      jobs,
      bus,
      clock,
      ecs: stepped<Pick<Ecs, 'describeTasks' | 'describeLaunchedTask' | 'runTask'>>({
        describeTasks: async (_cluster, taskArns) => taskArns.flatMap((taskArn) => ecs.describe(taskArn) ?? []),
        describeLaunchedTask: async (_cluster, taskArn) => ecs.describe(taskArn),
        runTask: async (request) => {
          const before = ecs.tasks.size;
          model.sent(request);
          const answer = ecs.runTask(request);
          const task = 'taskArn' in answer ? ecs.tasks.get(answer.taskArn) : undefined;
          if (task !== undefined && ecs.tasks.size > before) model.resumed(task, request);
          return answer;
        },
      }),
      ec2: stepped({
        networkInterface: async (id: string) => ecs.networkInterface(id),
        volumeLike: async () => undefined,
      }),
      hookCalls: stepped<HookCalls>({ ask: async () => {} }),
      decisions: { ask: nobodyAsks, askLater: nobodyAsks },
      enrolments: createEnrolmentCache(ledger, clock),
      telemetry: createQuietTelemetry(() => {}),
      stackPolicy: policy,
      tagPrefix: policy.tagPrefix,
    };
    switch (body.queue) {
      case 'notice':
        return () => onSpotNotice(deps)(taskFacts(body.event, clock.nowMs()));
      case 'task':
        return (redelivered) => onTaskStateChange(deps)(taskFacts(body.event, clock.nowMs()), redelivered);
      case 'report':
        return () => recordReport(deps)(body.report);
      case 'look':
        return (redelivered) => look(deps)(body.request, redelivered);
    }
  }

  /** A port whose every call waits for its turn and may fail. */
  private stepped<T extends object>(run: Run, life: Life, port: T): T {
    return new Proxy(port, {
      get: (target, method) => {
        const called: (...given: unknown[]) => Promise<unknown> = Reflect.get<object, string | symbol>(target, method);
        return (...given: unknown[]) => this.step(run, life, String(method), () => called(...given));
      },
    });
  }

  private async step(run: Run, life: Life, method: string, call: () => Promise<unknown>): Promise<unknown> {
    await run.turns?.turn();
    if (life.isOver) throw new RetryableError('the function has ended');
    const fault = hits(run, method) ? run.fault : undefined;
    run.calls += 1;
    if (fault !== undefined) run.fault = undefined;
    if (fault?.what === 'refused') {
      this.model.wasRefused = true;
      throw new TerminalError('RunTask: AccessDeniedException: not any more', 'AccessDeniedException');
    }
    if (fault?.what === 'is slow') {
      life.callsLeft = slowCalls;
      this.ecs.pass(slowMs);
    }
    life.callsLeft -= 1;
    life.isOver = life.callsLeft <= 0 || fault?.what.startsWith('crashes') === true;
    if (fault?.what.endsWith('before')) throw new RetryableError('the call failed');
    const answer = await call();
    if (fault?.what.endsWith('after')) throw new RetryableError('the call failed');
    return fault?.what === 'repeated' ? false : answer;
  }

  /** Everything that is due is handled, one by one. @returns the fault where it has not come to pass. */
  async drain(fault?: Fault): Promise<Fault | undefined> {
    let left = fault;
    for (let count = 0; count < 10_000; count += 1) {
      const [next] = this.due();
      if (next === undefined) return left;
      left = await this.handle([next], [], left);
    }
    throw new Error('the queues are never empty');
  }

  /** Time goes on, with everything in its time and the sweep every minute. */
  async live(minutes: number, fault?: Fault): Promise<void> {
    let left = await this.drain(fault);
    const untilMs = this.ecs.nowMs + minutes * minuteMs;
    let sweepAtMs = this.ecs.nowMs + minuteMs;
    while (this.ecs.nowMs < untilMs) {
      const dueMs = [...this.queue, ...this.ecs.tasks.values()].map(({ dueAtMs }) => dueAtMs);
      this.pass(Math.min(sweepAtMs, ...dueMs) - this.ecs.nowMs);
      if (this.ecs.nowMs >= sweepAtMs) {
        sweepAtMs += minuteMs;
        await this.sweep();
      }
      left = await this.drain(left);
    }
  }

  /** Nothing fails any more, and time goes on. */
  async calm(): Promise<void> {
    await this.pause(false);
    this.ecs.hasSpot = true;
    this.ecs.hasOnDemand = true;
    await this.live(calmMinutes);
    const open = new Set((await this.ledger.openJobs()).map(({ taskArn }) => taskArn));
    for (const taskArn of this.ecs.tasks.keys()) {
      this.model.checkEnd(taskArn, (await this.ledger.readWork(taskArn))?.work, open.has(taskArn));
    }
    this.model.check();
  }
}

interface Life {
  isOver: boolean;
  callsLeft: number;
}

function hits({ fault, calls }: Run, method: string): boolean {
  if (fault === undefined) return false;
  if (fault.what === 'refused' && method !== 'runTask') return false;
  if (fault.what === 'repeated' && method !== 'saveWork') return false;
  return typeof fault.at === 'number' ? calls >= fault.at : fault.at === method;
}

async function nobodyAsks(): Promise<void> {
  throw new Error('a job is no service');
}
