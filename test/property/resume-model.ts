import { isOver, type Resume, type ResumeEnd, type Work } from '../../shared/decisions/work.ts';
import type { CheckpointReport } from '../../shared/events/facts.ts';
import type { BusEvent } from '../../shared/ports/bus.ts';
import type { RunTaskInput } from '../../shared/ports/ecs.ts';
import type { LookRequest } from '../../shared/ports/jobs.ts';
import { type EcsEvent, type FakeEcs, type FakeTask, wholeSeconds } from './resume-ecs.ts';
import type { JobKind } from './resume-kinds.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const noticeMs = 120_000;
/** From a decision to its being stored, at most. */
const writeMs = 10_000;

export type Body =
  | EcsEvent
  | { readonly queue: 'report'; readonly taskArn: string; readonly report: CheckpointReport }
  | { readonly queue: 'look'; readonly taskArn: string; readonly request: LookRequest };

/** A state that the task reported as saved: its id and place, as a container is told them. */
interface Saved {
  readonly point: string;
  readonly savedAtMs: number;
  /** Its report was handled to the end; else it may be recorded or not. */
  isSure: boolean;
}

/** A few facts of one task, from outside. */
class Notes {
  readonly task: FakeTask;
  readonly attempt: number;
  readonly beganFrom: string | undefined;
  /** What took its place. */
  next?: Notes;
  saved: Saved[] = [];
  finished: 'no' | 'maybe' | 'surely' = 'no';
  /** `open`, `over`, or the token of the request that is frozen. */
  phase = 'open';
  firstAskedAtMs?: number;
  askedAtMs?: number;
  isKnown = false;
  mustBeKnown = false;
  wasSeenRunning = false;
  /** A look at its end was begun in time; one was done in time. */
  mayBeInTime = false;
  isInTime = false;
  requests = 0;
  claims = 0;
  noticesFailed = 0;
  noticesHandled = 0;
  hasLateNotice = false;
  readonly told = new Set<BusEvent['detailType']>();

  constructor(task: FakeTask) {
    const environment = environmentOf(task.overrides);
    this.task = task;
    this.attempt = Number(environment.get('BALLAST_RESUME_ATTEMPT') ?? 0);
    this.beganFrom = pointOf(environment.get('BALLAST_CHECKPOINT_ID'), environment.get('BALLAST_CHECKPOINT_URI'));
  }
}

/** What has to hold, told from the outside: by what is stored, sent and published. */
export class JobsModel {
  readonly violations: string[] = [];
  readonly notes = new Map<string, Notes>();
  /** What came to pass. */
  readonly seen = new Set<string>();
  spotShortAtMs = Number.NEGATIVE_INFINITY;
  /** Kinds whose task definition has lost its opt-in, now and ever. */
  readonly out = new Set<string>();
  readonly everOut = new Set<string>();
  isPaused = false;
  wasPaused = false;
  wasRefused = false;
  private readonly ecs: FakeEcs;
  private readonly isSilent: boolean;
  private readonly frozen = new Map<string, { readonly body: string; readonly notes: Notes }>();

  constructor(ecs: FakeEcs, isSilent: boolean) {
    this.ecs = ecs;
    this.isSilent = isSilent;
  }

  private must(holds: boolean, what: string, { task }: Notes): void {
    if (!holds) this.violations.push(`${task.taskArn.slice(-4)} (${task.kind.name}): ${what}`);
  }

  of(taskArn: string): Notes {
    const notes = this.notes.get(taskArn);
    if (notes === undefined) throw new Error(`there is no task ${taskArn}`);
    return notes;
  }

  born(task: FakeTask): Notes {
    const notes = new Notes(task);
    this.notes.set(task.taskArn, notes);
    return notes;
  }

  /** RunTask has started a task. */
  resumed(task: FakeTask, { clientToken }: RunTaskInput): void {
    const notes = this.born(task);
    const before = this.frozen.get(clientToken)?.notes;
    if (before === undefined) return;
    const { stopCode, lastStatus } = before.task;
    this.must(before.next === undefined, 'an interruption started two tasks', before);
    this.must(stopCode === 'SpotInterruption', `${stopCode} started a task`, before);
    this.must(lastStatus === 'STOPPED', 'it ran when its successor was started', before);
    before.next = notes;
    this.seen.add(`attempt ${notes.attempt}`);
    this.seen.add(`on ${task.provider}`);
  }

  sent(request: RunTaskInput): void {
    if (this.isPaused) this.violations.push(`${request.clientToken}: sent in a pause`);
    const frozen = this.frozen.get(request.clientToken);
    if (frozen?.body !== JSON.stringify(request)) this.violations.push(`${request.clientToken}: sent, and not frozen`);
  }

  /** The ledger has taken a task's work. */
  stored(before: Work | undefined, after: Work): void {
    const notes = this.of(after.taskArn);
    for (const [what, of] of settled) {
      const was = before === undefined ? undefined : of(before);
      this.must(was === undefined || JSON.stringify(was) === JSON.stringify(of(after)), `${what} changed`, notes);
    }
    const savedAtMs = (work: Work | undefined) => work?.restorePoint?.savedAtMs ?? 0;
    this.must(savedAtMs(after) >= savedAtMs(before), 'an older state took the place of a newer one', notes);
    this.claimed(notes, before, after);
    const resume = after.job?.resume;
    notes.isKnown ||= after.job !== undefined;
    if (resume?.state === 'asked') this.asked(notes, resume.request, before?.checkpoint?.outcome !== undefined);
    if (resume?.state === 'unplaced' && notes.phase !== 'open') this.seen.add('unplaced');
    notes.phase = resume?.state === 'asked' ? resume.request.clientToken : isOver(resume) ? 'over' : 'open';
  }

  private claimed(notes: Notes, before: Work | undefined, after: Work): void {
    const was = before?.checkpoint;
    if (was?.claimedUntilMs === after.checkpoint?.claimedUntilMs) return;
    notes.claims += 1;
    this.must(was?.publishedAtMs === undefined, 'a request that is out is claimed again', notes);
    this.must((was?.claimedUntilMs ?? 0) <= this.ecs.nowMs, 'a request is claimed by two', notes);
  }

  private asked(notes: Notes, request: RunTaskInput, isAnswered: boolean): void {
    const body = JSON.stringify(request);
    const known = this.frozen.get(request.clientToken);
    this.must((known?.body ?? body) === body, 'a frozen request changed', notes);
    if (known !== undefined) return;
    this.frozen.set(request.clientToken, { body, notes });
    const { task, attempt } = notes;
    const { kind } = task;
    const { nowMs } = this.ecs;
    notes.askedAtMs = nowMs;
    notes.firstAskedAtMs ??= nowMs;
    const environment = environmentOf(request.overrides);
    const next = Number(environment.get('BALLAST_RESUME_ATTEMPT'));
    this.must(next === attempt + 1, `attempt ${next} follows ${attempt}`, notes);
    this.must(next <= kind.resumesMax, `attempt ${next} of ${kind.resumesMax}`, notes);
    this.must(!this.out.has(kind.name), 'it has lost its opt-in', notes);
    this.must(task.lastStatus === 'STOPPED' && task.stopCode === 'SpotInterruption', 'it was not reclaimed', notes);
    this.must(notes.finished !== 'surely', 'it was finished', notes);
    const isWaitedFor = isAnswered || nowMs >= (task.stoppedAtMs ?? 0) + kind.waitMs;
    this.must(isWaitedFor, 'its report was not waited for', notes);
    this.must(notes.mayBeInTime, 'it was interrupted long ago', notes);
    this.must(environment.get('MODE') === 'full', "the job's own environment is lost", notes);
    this.must(environment.size === variablesOf(request.overrides).length, 'it is told a thing twice', notes);
    this.beginsFrom(notes, environment);
    const isOnDemand = request.capacityProviderStrategy[0]?.capacityProvider === 'FARGATE';
    const isShort = nowMs - this.spotShortAtMs < 5 * minuteMs + writeMs;
    this.must(!isOnDemand || (kind.onDemand && (next === kind.resumesMax || isShort)), 'on demand', notes);
    this.must(isOnDemand || !kind.onDemand || next < kind.resumesMax, 'the last attempt on Spot', notes);
  }

  private beginsFrom(notes: Notes, environment: ReadonlyMap<string, string>): void {
    const named = pointOf(environment.get('BALLAST_CHECKPOINT_ID'), environment.get('BALLAST_CHECKPOINT_URI'));
    const sure = notes.saved.filter(({ isSure }) => isSure).map(({ savedAtMs }) => savedAtMs);
    const own = notes.saved.filter(({ point }) => point === named);
    if (own.length === 0) {
      this.must(sure.length === 0 && named === notes.beganFrom, `begins from ${named}`, notes);
      if (named !== undefined) this.seen.add('begins from an inherited state');
    } else {
      const isNewest = own.some(({ savedAtMs }) => savedAtMs >= Math.max(0, ...sure));
      this.must(isNewest, `begins from ${named}, which is not the newest`, notes);
      this.seen.add('begins from its own state');
    }
  }

  published(events: readonly BusEvent[]): void {
    for (const { detailType, detail } of events) {
      const { taskArn, previousTaskArn } = detail;
      const notes = this.of(String(previousTaskArn ?? taskArn));
      notes.told.add(detailType);
      if (detailType === 'Task Resumed') {
        this.must(notes.next?.task.taskArn === taskArn, 'Task Resumed names another task', notes);
      }
      if (detailType !== 'Checkpoint Requested') continue;
      notes.requests += 1;
      this.must(notes.task.stopCode === 'SpotInterruption', 'a checkpoint of a task that is not reclaimed', notes);
      this.must(detail.attempt === notes.attempt, `Checkpoint Requested tells attempt ${detail.attempt}`, notes);
    }
  }

  /** A message is being handled, alone or beside others. @returns what to call when that has ended, well or not. */
  handling(body: Body, isAlone: boolean): (isDone: boolean) => void {
    const notes = this.of(body.taskArn);
    switch (body.queue) {
      case 'notice':
        return this.noticeHandled(notes);
      case 'task':
        return (isDone) => {
          if (isDone && body.event.detail.lastStatus === 'STOPPED') this.endHandled(notes);
        };
      case 'report':
        return this.reportHandled(notes, body.report);
      case 'look':
        return this.lookHandled(notes, body.request, isAlone);
    }
  }

  private noticeHandled(notes: Notes): (isDone: boolean) => void {
    const deadlineMs = wholeSeconds(notes.task.stoppingAtMs ?? 0) + noticeMs;
    return (isDone) => {
      notes.hasLateNotice ||= this.ecs.nowMs >= deadlineMs;
      if (isDone) notes.noticesHandled += 1;
      else notes.noticesFailed += 1;
    };
  }

  private isOptedIn({ isJob, name }: JobKind): boolean {
    return isJob && !this.out.has(name);
  }

  private endHandled(notes: Notes): void {
    const { task } = notes;
    const { kind } = task;
    // What does not say why it stopped is left to the look.
    if (!this.isOptedIn(kind) || (this.isSilent && task.provider === 'FARGATE_SPOT')) return;
    notes.mustBeKnown = true;
  }

  private lookHandled(notes: Notes, { cause }: LookRequest, isAlone: boolean): (isDone: boolean) => void {
    const { task } = notes;
    const { kind } = task;
    const { lastStatus } = task;
    const mayBeInTime = () => task.lastStatus === 'STOPPED' && !this.ecs.isMissing(task);
    notes.mayBeInTime ||= mayBeInTime();
    const asksEcs = this.isOptedIn(kind) && cause !== 'deadline' && cause !== 'report';
    return (isDone) => {
      notes.mayBeInTime ||= mayBeInTime();
      if (!isDone || !asksEcs || this.ecs.isMissing(task) || task.lastStatus !== lastStatus) return;
      notes.mustBeKnown = true;
      if (lastStatus === 'RUNNING') notes.wasSeenRunning = true;
      // What is not too old once is not later; but the note of that may lose against another write.
      if (isAlone && lastStatus === 'STOPPED' && (cause === 'stopped' || cause === 'schedule')) notes.isInTime = true;
    };
  }

  private reportHandled(notes: Notes, report: CheckpointReport): (isDone: boolean) => void {
    const { phase, isKnown } = notes;
    const isOwn = report.attempt === undefined || report.attempt === notes.attempt;
    const isRefused = report.uri?.startsWith('s3:') === false;
    const isFinished = report.finished === true;
    // The attempt of a task that nobody knows yet cannot be told from another.
    const isMeant = report.checkpointId === idOf(notes.task) && (isOwn || !isKnown);
    // That there is nothing left to do counts, wherever the last state lies.
    if (report.outcome !== 'completed' || !isMeant || (isRefused && !isFinished)) return () => {};
    const { checkpointId, uri, reportedAtMs: savedAtMs } = report;
    const saved = { point: pointOf(checkpointId, uri) ?? '', savedAtMs, isSure: false };
    if (!isRefused) notes.saved.push(saved);
    if (isFinished && notes.finished === 'no') notes.finished = 'maybe';
    return (isDone) => {
      if (notes.phase !== phase) return;
      const isHeard = isDone && isOwn;
      // What the successor begins from was frozen all the time; that nothing is left to do counts for a next request.
      if (phase !== 'open') notes.saved = notes.saved.filter((each) => each !== saved);
      else if (isHeard) saved.isSure = true;
      if (isFinished && isHeard && phase !== 'over') notes.finished = 'surely';
    };
  }

  /** What has to hold after every command. */
  check(): void {
    for (const notes of this.notes.values()) {
      const { requests, claims, noticesFailed } = notes;
      // A function that fails may have published before, or still do it.
      this.must(requests <= Math.min(claims, 1 + noticesFailed), `${requests} requests for a checkpoint`, notes);
    }
    if (this.violations.length > 0) throw new Error(this.violations.join('\n'));
  }

  /** What has to hold when nothing is left to be done. */
  checkEnd(taskArn: string, work: Work | undefined, isOpen: boolean): void {
    const notes = this.of(taskArn);
    const { task, next } = notes;
    const { kind } = task;
    const resume = work?.job?.resume;
    const isStopped = task.lastStatus === 'STOPPED';
    this.must(work?.job !== undefined || !notes.mustBeKnown, 'it is not known', notes);
    this.must(work?.job === undefined || kind.isJob, 'it never opted in', notes);
    this.must(!isOpen || !isStopped, 'it has stopped and is open', notes);
    if (work?.job !== undefined) {
      this.must(isOver(resume) || (isOpen && !isStopped), 'nobody looks at it any more', notes);
    }
    if (resume?.state === 'started') {
      this.must(next?.task.taskArn === resume.taskArn, 'its successor is another', notes);
      this.must(notes.told.has('Task Resumed'), 'Task Resumed was not told', notes);
    }
    if (resume?.state === 'ended') {
      this.seen.add(resume.reason);
      const loose: readonly ResumeEnd[] = ['run_task_unconfirmed', 'run_task_refused'];
      this.must(this.isTrue(notes, resume.reason), `${resume.reason} is not true`, notes);
      this.must(next === undefined || loose.includes(resume.reason), `${resume.reason}, but it was resumed`, notes);
      const isTold = notes.told.has('Task Not Resumed');
      this.must(isTold || silent.includes(resume.reason), `${resume.reason} was not told`, notes);
    }
    const isAsked = kind.hasHook && task.stopCode === 'SpotInterruption' && notes.noticesHandled > 0;
    this.must(!isAsked || notes.hasLateNotice || notes.requests > 0, 'its checkpoint was not requested', notes);
  }

  private isTrue(notes: Notes, reason: ResumeEnd): boolean {
    const { task } = notes;
    const { kind } = task;
    const { nowMs } = this.ecs;
    switch (reason) {
      case 'policy_invalid':
      case 'owned_by_orchestrator':
      case 'observe':
        return kind.never === reason;
      case 'stopped_otherwise':
        return task.stopCode !== 'SpotInterruption';
      case 'finished':
        return notes.finished !== 'no';
      case 'interruption_too_old':
        return !notes.isInTime;
      case 'max_resumes_reached':
        return notes.attempt >= kind.resumesMax;
      case 'launch_unknown':
        return !notes.wasSeenRunning;
      case 'run_task_unconfirmed':
        return nowMs - (notes.askedAtMs ?? nowMs) > 30 * minuteMs;
      case 'run_task_refused':
        return this.wasRefused;
      case 'no_capacity':
        return nowMs - (notes.firstAskedAtMs ?? nowMs) > 6 * hourMs;
      case 'pause_too_long':
        return this.wasPaused && nowMs - (task.stoppedAtMs ?? nowMs) > 24 * hourMs;
      case 'not_opted_in':
        return this.everOut.has(kind.name);
      case 'overrides_too_long':
        return false;
    }
  }
}

/** Ends that need not be told. */
const silent: readonly ResumeEnd[] = ['finished', 'stopped_otherwise', 'not_opted_in'];

/** What never changes once it is known. */
const settled: readonly (readonly [string, (work: Work) => unknown])[] = [
  ['the outcome', ({ checkpoint }) => checkpoint?.outcome && [checkpoint.outcome, checkpoint.settledAtMs]],
  ['the time of publishing', ({ checkpoint }) => checkpoint?.publishedAtMs],
  ['that it is finished', ({ finishedAtMs }) => finishedAtMs],
  ['its stop', ({ job }) => job?.stop],
  ['what became of it', ({ job }) => (isDecided(job?.resume) ? job?.resume : undefined)],
];

/** What the job's container is told: the first of a name counts. */
function environmentOf(overrides: RunTaskInput['overrides']): ReadonlyMap<string, string> {
  return new Map(
    variablesOf(overrides)
      .map(({ name, value }) => [name, value] as const)
      .reverse(),
  );
}

function variablesOf(overrides: RunTaskInput['overrides']) {
  const { containerOverrides } = overrides as {
    containerOverrides: { environment: { name: string; value: string }[] }[];
  };
  return containerOverrides.flatMap(({ environment }) => environment);
}

export function idOf({ taskArn }: FakeTask): string {
  return `ckpt-${taskArn.slice(-32)}`;
}

function pointOf(checkpointId: string | undefined, uri: string | undefined): string | undefined {
  return checkpointId === undefined ? undefined : `${checkpointId} at ${uri}`;
}

/** That nobody knows how a task was launched ends when its predecessor has noted it. */
function isDecided(resume: Resume | undefined): boolean {
  return isOver(resume) && !(resume?.state === 'ended' && resume.reason === 'launch_unknown');
}
