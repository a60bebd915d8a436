import * as z from 'zod/mini';
import type { Rates } from '../decisions/money.ts';
import { ConfigError } from '../errors.ts';
import { ratesSchema } from './rates.ts';
import {
  type Amount,
  amount,
  count,
  duration,
  flag,
  lambdaName,
  name,
  oneOf,
  percent,
  uriPrefix,
  vcpu,
} from './values.ts';

/**
 * One schema for the stack's defaults and for a service's tags: the key of a tag is the prefix and the name below, its
 * value has the same grammar. A later stage may add keys; a key that is not here is refused, since it is a typing
 * error more often than anything else.
 */
const fields = {
  managed: flag,
  mode: oneOf(['observe', 'act']),
  fallback: oneOf(['bridge', 'strategy', 'none']),
  'max-bridge': amount,
  'on-demand-floor': count(5_000),
  'return-after': duration(24),
  'return-step': percent,
  cooldown: duration(24),
  'stay-shifted': duration(24),
  'idle-bridge': duration(24),
  'launch-grace': duration(1),
  priority: count(9),
  hedge: amount,
  'max-resumes': count(100),
  deregister: oneOf(['when-covered', 'now', 'off']),
  'allow-overlap': flag,
  'deploy-when-short': oneOf(['wait', 'shift']),
  'deployment-stalled-after': duration(24),
  'rollback-failed': flag,
  'spot-provider': name,
  'on-demand-provider': name,
};

const defaultsSchema = z.strictObject(fields);
const tagsSchema = z.strictObject({
  ...partialFields(),
  checkpoint: z.optional(name),
  tier: z.optional(name),
  // Of task definitions.
  resume: z.optional(flag),
  'resume-container': z.optional(name),
});
const hookSchema = z.strictObject({
  uri: z.optional(uriPrefix),
  lambda: z.optional(lambdaName),
  wait: z.optional(duration(1)),
});
const stackSchema = z.strictObject({
  tagPrefix: z.string().check(z.regex(/^[A-Za-z0-9_.:/=+@-]{1,64}$/, 'expected a tag key prefix like ballast:')),
  defaults: defaultsSchema,
  stackMaxBridgeVcpu: z.optional(vcpu),
  reserveOnDemandVcpu: amount,
  onDemandVcpuQuota: z.optional(vcpu),
  ecsApiShare: percent,
  rates: ratesSchema,
  hooks: z.record(name, hookSchema),
  orchestrators: z.array(z.string().check(z.minLength(1, 'expected a pattern like AWS Step Functions*'))),
});

function partialFields() {
  return z.partial(z.strictObject(fields)).shape;
}

/** What a service is treated by: the stack's defaults with the service's tags over them. Durations in milliseconds. */
export interface ServicePolicy {
  readonly managed: boolean;
  readonly mode: 'observe' | 'act';
  readonly fallback: 'bridge' | 'strategy' | 'none';
  readonly maxBridge: Amount;
  readonly onDemandFloor: number;
  readonly returnAfterMs: number;
  readonly returnStepPercent: number;
  /** Least time between two forced deployments of the service. */
  readonly cooldownMs: number;
  /** How long a shift stays at least; see `relapse.ts`. */
  readonly stayShiftedMs: number;
  readonly idleBridgeMs: number;
  /** A task that is still not running after so long is taken for one that Spot cannot place. */
  readonly launchGraceMs: number;
  /** 0–9; higher goes first where on-demand vCPU is scarce. */
  readonly priority: number;
  /** On-demand tasks above what is missing, while Spot is short: see `hedge.ts`. */
  readonly hedge: Amount;
  readonly deregister: 'when-covered' | 'now' | 'off';
  readonly allowOverlap: boolean;
  /** What becomes of a deployment that Spot keeps from coming through. */
  readonly deployWhenShort: 'wait' | 'shift';
  /** A deployment that has not come a step forward for so long is diagnosed. */
  readonly deploymentStalledAfterMs: number;
  /** A release that failed by its own fault and that ECS does not roll back is rolled back by us. */
  readonly rollbackFailed: boolean;
  readonly spotProvider: string;
  readonly onDemandProvider: string;
  /** Name of the checkpoint hook that the service opted in to. */
  readonly checkpoint?: string;
  /** The service's own word for how much it matters, for people's routing of alarms. */
  readonly tier?: string;
}

/** How the state of a task is saved. */
export interface CheckpointHook {
  /** Where checkpoints lie: each task gets a place below it, and no report may point elsewhere. */
  readonly uri?: string | undefined;
  /** Name or ARN of a Lambda function that is invoked with the request. */
  readonly lambda?: string | undefined;
  /** How long a report is waited for once the task has stopped, in milliseconds. */
  readonly waitMs: number;
}

/** What a standalone task is treated by: its task definition's tags over the stack's defaults. */
export interface JobPolicy {
  readonly resume: boolean;
  /** A task definition says so itself: opting in to resume is opting in to its being done. */
  readonly observe: boolean;
  readonly maxResumes: number;
  /** false: never on-demand. */
  readonly onDemand: boolean;
  /** The container that is told where to begin; absent: all of the task's own. */
  readonly container?: string;
  readonly checkpoint?: string;
  readonly spotProvider: string;
  readonly onDemandProvider: string;
}

export interface StackPolicy {
  readonly tagPrefix: string;
  readonly defaults: z.infer<typeof defaultsSchema>;
  /** The most vCPU that all bridges may have together; absent: only the quota limits. */
  readonly stackMaxBridgeVcpu?: number | undefined;
  /** On-demand vCPU, or share of the quota, that bridges leave to others. */
  readonly reserveOnDemandVcpu: Amount;
  /** The account's Fargate On-Demand vCPU quota, where Service Quotas should not be asked. */
  readonly onDemandVcpuQuota?: number | undefined;
  /** Percent of the account's published ECS API rates that `decide` may use. */
  readonly ecsApiShare: number;
  /** What savings and bridges are priced by. */
  readonly rates: Rates;
  readonly hooks: Readonly<Record<string, CheckpointHook>>;
  /** Patterns with `*`, of who starts tasks that are not ours to start again: see `orchestratorOf`. */
  readonly orchestrators: readonly string[];
}

/** `tag` is the whole tag key that has to be mended. */
export type PolicyProblem = { readonly ok: false; readonly tag: string; readonly problem: string };
export type PolicyOutcome = { readonly ok: true; readonly policy: ServicePolicy } | PolicyProblem;
export type JobPolicyOutcome = { readonly ok: true; readonly policy: JobPolicy } | PolicyProblem;

/** In-flight reports of a task that has stopped arrive within seconds. */
const waitMsDefault = 15_000;

/** YAML writes `false` and `5` where a tag has text; both mean the same. */
function asText(value: unknown): unknown {
  return typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;
}

function asTexts(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, entry]) => [key, asText(entry)]));
}

/** Nothing below a name is a hook without settings, nothing below `hooks` is no hook. */
function hooksOf(value: unknown): unknown {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([hook, settings]) => [hook, isRecord(settings) ? asTexts(settings) : (settings ?? {})]),
  );
}

/**
 * The content of `infra/policy.yml`.
 * @throws ConfigError naming the path and the reason; packaging stops there.
 */
export function parseStackPolicy(value: unknown): StackPolicy {
  const normalized =
    isRecord(value) && isRecord(value.defaults)
      ? { orchestrators: [], ...asTexts(value), defaults: asTexts(value.defaults), hooks: hooksOf(value.hooks) }
      : value;
  const parsed = stackSchema.safeParse(normalized);
  if (!parsed.success) {
    const { path, problem } = firstIssue(parsed.error);
    throw new ConfigError(`policy.yml: ${path === '' ? 'the document' : path}: ${problem}`);
  }
  const { hooks, ...rest } = parsed.data;
  return {
    ...rest,
    hooks: Object.fromEntries(
      Object.entries(hooks).map(([hook, { wait, ...told }]) => [hook, { ...told, waitMs: wait ?? waitMsDefault }]),
    ),
  };
}

/** Outcomes by the tags that led to them: those of a service change seldom, and every decision asks. */
const outcomesMost = 1_000;
const outcomes = new WeakMap<StackPolicy, Map<string, PolicyOutcome>>();

/** The policy of one service, or which of its tags is wrong and why. Tags without the prefix are not ours. */
export function servicePolicy(stack: StackPolicy, tags: Readonly<Record<string, string>>): PolicyOutcome {
  const known = outcomes.get(stack) ?? new Map<string, PolicyOutcome>();
  outcomes.set(stack, known);
  const key = JSON.stringify(tags);
  const before = known.get(key);
  if (before !== undefined) return before;
  const outcome = readServicePolicy(stack, tags);
  if (known.size >= outcomesMost) known.clear();
  known.set(key, outcome);
  return outcome;
}

function readServicePolicy(stack: StackPolicy, tags: Readonly<Record<string, string>>): PolicyOutcome {
  const parsed = ownTags(stack, tags);
  if (!parsed.ok) return parsed;
  // Only the service itself can opt in: a stack default must not enrol an account at once.
  const merged = { ...stack.defaults, ...definedEntries(parsed.data), managed: parsed.data.managed === true };
  const maxBridge = merged['max-bridge'];
  if ('count' in maxBridge && merged['on-demand-floor'] > maxBridge.count) {
    return {
      ok: false,
      tag: `${stack.tagPrefix}on-demand-floor`,
      problem: `${merged['on-demand-floor']} is above max-bridge ${maxBridge.count}`,
    };
  }
  return {
    ok: true,
    policy: {
      managed: merged.managed,
      mode: merged.mode,
      fallback: merged.fallback,
      maxBridge,
      onDemandFloor: merged['on-demand-floor'],
      returnAfterMs: merged['return-after'],
      returnStepPercent: merged['return-step'],
      cooldownMs: merged.cooldown,
      stayShiftedMs: merged['stay-shifted'],
      idleBridgeMs: merged['idle-bridge'],
      launchGraceMs: merged['launch-grace'],
      priority: merged.priority,
      hedge: merged.hedge,
      deregister: merged.deregister,
      allowOverlap: merged['allow-overlap'],
      deployWhenShort: merged['deploy-when-short'],
      deploymentStalledAfterMs: merged['deployment-stalled-after'],
      rollbackFailed: merged['rollback-failed'],
      spotProvider: merged['spot-provider'],
      onDemandProvider: merged['on-demand-provider'],
      ...(parsed.data.checkpoint === undefined ? {} : { checkpoint: parsed.data.checkpoint }),
      ...(parsed.data.tier === undefined ? {} : { tier: parsed.data.tier }),
    },
  };
}

/** The policy of a standalone task by the tags of its task definition, or which of them is wrong and why. */
export function jobPolicy(stack: StackPolicy, tags: Readonly<Record<string, string>>): JobPolicyOutcome {
  const parsed = ownTags(stack, tags);
  if (!parsed.ok) return parsed;
  const { data } = parsed;
  const container = data['resume-container'];
  return {
    ok: true,
    policy: {
      resume: data.resume === true,
      observe: data.mode === 'observe',
      maxResumes: data['max-resumes'] ?? stack.defaults['max-resumes'],
      onDemand: (data.fallback ?? stack.defaults.fallback) !== 'none',
      ...(container === undefined ? {} : { container }),
      ...(data.checkpoint === undefined ? {} : { checkpoint: data.checkpoint }),
      spotProvider: data['spot-provider'] ?? stack.defaults['spot-provider'],
      onDemandProvider: data['on-demand-provider'] ?? stack.defaults['on-demand-provider'],
    },
  };
}

type OwnTags = { readonly ok: true; readonly data: z.infer<typeof tagsSchema> } | PolicyProblem;

function ownTags(stack: StackPolicy, tags: Readonly<Record<string, string>>): OwnTags {
  const own = Object.fromEntries(
    Object.entries(tags)
      .filter(([key]) => key.startsWith(stack.tagPrefix))
      .map(([key, value]) => [key.slice(stack.tagPrefix.length), value]),
  );
  const parsed = tagsSchema.safeParse(own);
  if (parsed.success) return { ok: true, data: parsed.data };
  const { path, problem } = firstIssue(parsed.error);
  return { ok: false, tag: `${stack.tagPrefix}${path}`, problem };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedEntries<T extends object>(values: T): Defined<T> {
  // Object.fromEntries loses the keys' types; filtering out undefined keeps the rest as it is.
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstIssue(error: z.core.$ZodError): { path: string; problem: string } {
  const issue = error.issues[0];
  if (issue === undefined) return { path: '', problem: 'invalid' };
  if (issue.code === 'unrecognized_keys') {
    return { path: [...issue.path, issue.keys[0] ?? ''].join('.'), problem: 'no such setting' };
  }
  return { path: issue.path.join('.'), problem: issue.message };
}
