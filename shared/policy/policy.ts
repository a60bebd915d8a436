import * as z from 'zod/mini';
import { ConfigError } from '../errors.ts';
import { type Amount, amount, count, duration, flag, name, oneOf, percent, vcpu } from './values.ts';

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
  'idle-bridge': duration(24),
  'launch-grace': duration(1),
  priority: count(9),
  hedge: count(5_000),
  deregister: oneOf(['when-covered', 'now', 'off']),
  'allow-overlap': flag,
  'spot-provider': name,
  'on-demand-provider': name,
};

const defaultsSchema = z.strictObject(fields);
const tagsSchema = z.strictObject({ ...partialFields(), checkpoint: z.optional(name), tier: z.optional(name) });
const stackSchema = z.strictObject({
  tagPrefix: z.string().check(z.regex(/^[A-Za-z0-9_.:/=+@-]{1,64}$/, 'expected a tag key prefix like ballast:')),
  defaults: defaultsSchema,
  stackMaxBridgeVcpu: z.optional(vcpu),
  reserveOnDemandVcpu: amount,
  onDemandVcpuQuota: z.optional(vcpu),
  ecsApiShare: percent,
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
  readonly cooldownMs: number;
  readonly idleBridgeMs: number;
  /** A task that is still not running after so long is taken for one that Spot cannot place. */
  readonly launchGraceMs: number;
  /** 0–9; higher goes first where on-demand vCPU is scarce. */
  readonly priority: number;
  readonly hedge: number;
  readonly deregister: 'when-covered' | 'now' | 'off';
  readonly allowOverlap: boolean;
  readonly spotProvider: string;
  readonly onDemandProvider: string;
  /** Name of the checkpoint hook that the service opted in to. */
  readonly checkpoint?: string;
  /** The service's own word for how much it matters, for people's routing of alarms. */
  readonly tier?: string;
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
}

export type PolicyOutcome =
  | { readonly ok: true; readonly policy: ServicePolicy }
  /** `tag` is the whole tag key that has to be mended. */
  | { readonly ok: false; readonly tag: string; readonly problem: string };

/** YAML writes `false` and `5` where a tag has text; both mean the same. */
function asText(value: unknown): unknown {
  return typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;
}

/**
 * The content of `infra/policy.yml`.
 * @throws ConfigError naming the path and the reason; packaging stops there.
 */
export function parseStackPolicy(value: unknown): StackPolicy {
  const normalized =
    isRecord(value) && isRecord(value.defaults)
      ? {
          ...Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, asText(entry)])),
          defaults: Object.fromEntries(Object.entries(value.defaults).map(([key, entry]) => [key, asText(entry)])),
        }
      : value;
  const parsed = stackSchema.safeParse(normalized);
  if (!parsed.success) {
    const { path, problem } = firstIssue(parsed.error);
    throw new ConfigError(`policy.yml: ${path === '' ? 'the document' : path}: ${problem}`);
  }
  return parsed.data;
}

/** The policy of one service, or which of its tags is wrong and why. Tags without the prefix are not ours. */
export function servicePolicy(stack: StackPolicy, tags: Readonly<Record<string, string>>): PolicyOutcome {
  const own = Object.fromEntries(
    Object.entries(tags)
      .filter(([key]) => key.startsWith(stack.tagPrefix))
      .map(([key, value]) => [key.slice(stack.tagPrefix.length), value]),
  );
  const parsed = tagsSchema.safeParse(own);
  if (!parsed.success) {
    const { path, problem } = firstIssue(parsed.error);
    return { ok: false, tag: `${stack.tagPrefix}${path}`, problem };
  }
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
      idleBridgeMs: merged['idle-bridge'],
      launchGraceMs: merged['launch-grace'],
      priority: merged.priority,
      hedge: merged.hedge,
      deregister: merged.deregister,
      allowOverlap: merged['allow-overlap'],
      spotProvider: merged['spot-provider'],
      onDemandProvider: merged['on-demand-provider'],
      ...(parsed.data.checkpoint === undefined ? {} : { checkpoint: parsed.data.checkpoint }),
      ...(parsed.data.tier === undefined ? {} : { tier: parsed.data.tier }),
    },
  };
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
