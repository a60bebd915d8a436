import type { Clockwork } from './clockwork.ts';
import type { Draw } from './draw.ts';

export interface Message {
  readonly id: number;
  readonly body: unknown;
  readonly sentAtMs: number;
  /** FIFO only. */
  readonly group: string | undefined;
  readonly isPoison: boolean;
  receives: number;
  visibleAtMs: number;
  isGone: boolean;
  /** Something went wrong on purpose in an invocation that had it. */
  wasHit: boolean;
}

export interface QueueSetup {
  readonly visibilityMs: number;
  readonly retentionMs: number;
  readonly receivesMax: number;
  readonly delayMs?: number;
}

export interface SendOptions {
  readonly delayMs?: number | undefined;
  readonly group?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly isPoison?: boolean;
}

/** Amazon SQS: visibility, receives, a dead-letter queue; groups and deduplication where a message names them. */
export interface Queue {
  send(body: unknown, options?: SendOptions): void;
  /** At most so many that are visible now; they are invisible from then on. */
  take(most: number): Message[];
  delete(message: Message): void;
  /** As if their visibility were over so soon: a FIFO queue promises otherwise, and a redelivery may break it. */
  showAgain(messages: readonly Message[], inMs: number): void;
  readonly waiting: number;
  /** When the message that waits longest was sent. */
  readonly oldestMs: number | undefined;
  readonly deadLetters: readonly Message[];
}

const deduplicationMs = 300_000;

/** @param poll asks for a look at the queue: something is visible. */
export function createQueue(setup: QueueSetup, clockwork: Clockwork, draw: Draw, poll: () => void): Queue {
  const messages: Message[] = [];
  const deadLetters: Message[] = [];
  const lastSent = new Map<string, number>();
  let count = 0;

  const drop = (message: Message): void => {
    message.isGone = true;
    const index = messages.indexOf(message);
    if (index >= 0) messages.splice(index, 1);
  };
  const isInFlight = ({ receives, visibleAtMs }: Message): boolean => receives > 0 && visibleAtMs > clockwork.nowMs;

  return {
    deadLetters,
    get waiting() {
      return messages.length;
    },
    get oldestMs() {
      return messages[0]?.sentAtMs;
    },
    send(body, { delayMs = setup.delayMs ?? 0, group, deduplicationId, isPoison = false } = {}) {
      if (deduplicationId !== undefined) {
        const sentAtMs = lastSent.get(deduplicationId);
        if (sentAtMs !== undefined && clockwork.nowMs - sentAtMs < deduplicationMs) return;
        lastSent.set(deduplicationId, clockwork.nowMs);
      }
      count += 1;
      messages.push({
        id: count,
        body,
        sentAtMs: clockwork.nowMs,
        group,
        isPoison,
        receives: 0,
        visibleAtMs: clockwork.nowMs + delayMs,
        isGone: false,
        wasHit: false,
      });
      clockwork.after(delayMs + draw.between(5, 250), poll);
    },
    take(most) {
      const { nowMs } = clockwork;
      const visible = messages.filter(({ visibleAtMs }) => visibleAtMs <= nowMs);
      if (visible.length === 0) return visible;
      for (const message of visible) {
        if (message.receives >= setup.receivesMax) {
          drop(message);
          deadLetters.push(message);
        } else if (nowMs - message.sentAtMs > setup.retentionMs) {
          drop(message);
        }
      }
      const busy = new Set<string>();
      for (const message of messages) if (message.group !== undefined && isInFlight(message)) busy.add(message.group);
      const taken = visible
        .filter(({ isGone, group }) => !isGone && (group === undefined || !busy.has(group)))
        .slice(0, most);
      for (const message of taken) {
        message.receives += 1;
        message.visibleAtMs = nowMs + setup.visibilityMs;
        // Whoever deletes it in time has this find nothing.
        clockwork.after(setup.visibilityMs, () => {
          if (!message.isGone) poll();
        });
      }
      return taken;
    },
    showAgain(messages, inMs) {
      for (const message of messages) message.visibleAtMs = clockwork.nowMs + inMs;
      clockwork.after(inMs, poll);
    },
    delete: (message) => {
      drop(message);
      // The next of its group may come.
      if (message.group !== undefined && messages.length > 0) clockwork.after(draw.between(5, 60), poll);
    },
  };
}
