import { describe, expect, it } from 'vitest';
import { createClockwork } from '../../../local/simulate/clockwork.ts';
import { drawOf } from '../../../local/simulate/draw.ts';
import { createQueue } from '../../../local/simulate/queue.ts';
import { createWorld } from '../../../local/world/world.ts';

function aQueue() {
  const clockwork = createClockwork(createWorld({ seed: 1, startMs: 0 }));
  const setup = { visibilityMs: 15_000, retentionMs: 300_000, receivesMax: 2 };
  const queue = createQueue(setup, clockwork, drawOf(1, 'queue'), () => {});
  return { queue, at: (ms: number) => clockwork.runUntil(ms) };
}

describe("the simulation's queue", () => {
  it('shows a message again when its visibility is over, and moves it to the dead letters after its receives', async () => {
    const { queue, at } = aQueue();
    queue.send('one');

    expect(queue.take(10).map(({ body }) => body)).toEqual(['one']);
    await at(14_999);
    expect(queue.take(10)).toEqual([]);
    await at(15_000);
    expect(queue.take(10).map(({ receives }) => receives)).toEqual([2]);
    await at(30_000);
    expect(queue.take(10)).toEqual([]);
    expect(queue.deadLetters.map(({ body }) => body)).toEqual(['one']);
  });

  it('keeps a group behind the message of it that is in flight, and others not', () => {
    const { queue } = aQueue();
    queue.send('a1', { group: 'a' });
    queue.take(10);
    queue.send('a2', { group: 'a' });
    queue.send('b1', { group: 'b' });

    expect(queue.take(10).map(({ body }) => body)).toEqual(['b1']);
  });

  it('drops a message whose deduplication id was sent within five minutes', async () => {
    const { queue, at } = aQueue();
    queue.send('first', { deduplicationId: 'x' });
    await at(299_999);
    queue.send('second', { deduplicationId: 'x' });
    await at(300_000);
    queue.send('third', { deduplicationId: 'x' });

    expect(queue.take(10).map(({ body }) => body)).toEqual(['first', 'third']);
  });

  it('lets a delayed message wait', async () => {
    const { queue, at } = aQueue();
    queue.send('later', { delayMs: 1_000 });

    expect(queue.take(10)).toEqual([]);
    await at(1_000);
    expect(queue.take(10).map(({ body }) => body)).toEqual(['later']);
  });
});
