import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { EventBridgeEvent, World } from '../world/world.ts';
import type { Cast } from './cast.ts';
import type { Faults } from './faults.ts';
import type { Listener } from './listener.ts';
import type { Region } from './region.ts';
import type { Stage } from './stage.ts';
import type { TrueService } from './truth.ts';

/** What an observer may look at: the truth, never what the functions believe. */
export interface Scene extends Stage {
  readonly world: World;
  readonly cast: Cast;
  readonly faults: Faults;
  readonly stackPolicy: StackPolicy;
  /** From then on nothing goes wrong and nobody does anything. */
  readonly calmAtMs: number;
  readonly region: Region;
  /** The most by which two environments' clocks differ. */
  readonly skewMs: number;
}

/** Looks on; it changes nothing, so that a storm is the same whoever watches. */
export interface Observer extends Listener {
  /** ECS has told; whether it arrives is another matter. */
  told?(event: EventBridgeEvent): void;
  /** Asked once after the last fault has had time to be made good, and once at the end. */
  settled?(): void | Promise<void>;
  end?(): void | Promise<void>;
}

/** Something that holds in every storm. */
export interface Invariant {
  readonly name: string;
  /** One sentence, as the documentation has it. */
  readonly says: string;
  watch(scene: Scene, violated: (seen: string) => void): Observer;
}

export function tagAt({ tags }: TrueService, key: string, atMs: number): string | undefined {
  return tags.findLast((one) => one.atMs <= atMs)?.tags.get(`ballast:${key}`);
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** `90s`, `5m`, `1h` → milliseconds. */
export function durationOf(text: string | undefined, otherwise: number): number {
  const unit = unitMs[text?.slice(-1) ?? ''];
  return text === undefined || unit === undefined ? otherwise : Number(text.slice(0, -1)) * unit;
}

/** `max-bridge` of so many wanted tasks. */
export function capOf(text: string | undefined, wanted: number): number {
  if (text === undefined) return wanted;
  return text.endsWith('pct') ? Math.ceil((wanted * Number(text.slice(0, -3))) / 100) : Number(text);
}

/** Managed, in mode act and with valid tags, as far as this storm's people write them. */
export function actsAt(service: TrueService, atMs: number): boolean {
  return tagAt(service, 'managed', atMs) === 'true' && tagAt(service, 'mode', atMs) === 'act';
}

export function fallbackAt(service: TrueService, atMs: number): string {
  return tagAt(service, 'fallback', atMs) ?? 'bridge';
}

/** Whether it held at any moment of the stretch: states change only where `changes` says. */
export function heldWithin(
  changes: readonly { readonly atMs: number }[],
  fromMs: number,
  toMs: number,
  holds: (atMs: number) => boolean,
): boolean {
  if (holds(fromMs) || holds(toMs)) return true;
  return changes.some(({ atMs }) => atMs > fromMs && atMs <= toMs && holds(atMs));
}

export function isPausedAt(
  { pauses }: TrueService,
  all: readonly { readonly atMs: number; readonly isPaused: boolean }[],
  atMs: number,
): boolean {
  const own = pauses.findLast((one) => one.atMs <= atMs)?.isPaused ?? false;
  return own || (all.findLast((one) => one.atMs <= atMs)?.isPaused ?? false);
}

/** A write to Amazon ECS or a load balancer, by what it is about. */
export interface Write {
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The service that is written. */
  readonly target: string;
  readonly desiredCount?: number;
}

const writing = /^(Create|Update|Delete|Stop|Run|Tag|Untag|Put|Register|Deregister)/;
/** By action: most invariants ask of each call. */
const writes = new Map<string, boolean>();

function isWrite(action: string): boolean {
  let known = writes.get(action);
  if (known === undefined) {
    known = writing.test(action);
    writes.set(action, known);
  }
  return known;
}

export function writeOf(service: string, action: string, input: Readonly<Record<string, unknown>>): Write | undefined {
  if (!isWrite(action) || service === 'tagging') return undefined;
  const named = input.service ?? input.serviceName ?? input.TargetGroupArn ?? input.serviceDeploymentArn ?? '';
  const parts = String(named).split('/');
  const isInside = input.TargetGroupArn !== undefined || input.serviceDeploymentArn !== undefined;
  const target = (isInside ? parts.at(-2) : parts.at(-1)) ?? '';
  const { desiredCount } = input;
  return { action, input, target, ...(typeof desiredCount === 'number' ? { desiredCount } : {}) };
}
