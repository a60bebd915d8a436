import { describe, expect, it } from 'vitest';
import { PoisonError } from '../../../shared/errors.ts';
import { parseJson, timeMs } from '../../../shared/events/envelope.ts';
import { taskFacts } from '../../../shared/events/task-state-change.ts';
import { aNotice } from '../../builders/events.ts';

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('the body of a message', () => {
  it('is JSON', () => {
    expect(parseJson('{"id":"1"}')).toEqual({ id: '1' });
  });

  it('is poison when it is not, without its text in the message or in a cause', () => {
    const error = thrownBy(() => parseJson('password=hunter2'));
    expect(error).toBeInstanceOf(PoisonError);
    expect(error).toMatchObject({ message: 'event: not JSON (16 characters)' });
    expect(error).not.toHaveProperty('cause');
  });
});

describe('the envelope', () => {
  it.each([
    ['null', null, 'event: the document: must be of type object'],
    ['a list', [], 'event: the document: must be of type object'],
    ['a text', 'x', 'event: the document: must be of type object'],
    ['no id', { ...aNotice(), id: undefined }, 'event: id: must be of type string'],
    ['no source', { ...aNotice(), source: undefined }, 'event: source: must be of type string'],
    ['no detail-type', { ...aNotice(), 'detail-type': undefined }, 'event: detail-type: must be of type string'],
    ['resources that are none', { ...aNotice(), resources: [1] }, 'event: resources.0: must be of type string'],
    [
      'an unknown detail-type',
      { ...aNotice(), 'detail-type': 'ECS Hook State Change' },
      'event: detail-type: "ECS Hook State Change" is not ECS Task State Change',
    ],
    ['another source', { ...aNotice(), source: 'my.app' }, 'ECS Task State Change: source: "my.app" is not aws.ecs'],
    ['no detail', { ...aNotice(), detail: undefined }, 'ECS Task State Change: detail: must be of type object'],
  ])('is poison with %s, and says what and where', (_what, body, message) => {
    const error = thrownBy(() => taskFacts(body, 0));
    expect(error).toBeInstanceOf(PoisonError);
    expect(error).toMatchObject({ message });
  });

  it('may have members that nobody knows yet', () => {
    const event = { ...aNotice(), 'replay-name': 'again', somethingNew: { deep: [1] } };
    expect(taskFacts(event, 0).isNotice).toBe(true);
  });
});

describe('times', () => {
  it.each([
    ['2026-03-01T12:00:00Z', 1_772_366_400_000],
    ['2026-03-01T12:00:17.19Z', 1_772_366_417_190],
    ['2026-03-01T12:00:34.325Z', 1_772_366_434_325],
    ['2026-03-01T12:00:41.618059641Z', 1_772_366_441_618],
  ])('reads %s, whatever its resolution', (text, ms) => {
    expect(timeMs(text)).toBe(ms);
  });

  it.each([undefined, null, '', 'yesterday'])('knows none from %s', (text) => {
    expect(timeMs(text)).toBeUndefined();
  });
});
