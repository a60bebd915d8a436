import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

type Resolve = (given: { readonly resolveVariable: (name: string) => Promise<unknown> }) => Promise<unknown>;

// As osls loads it.
const exported: Readonly<Record<string, Resolve>> = createRequire(import.meta.url)('../../infra/alarm-actions.cjs');

const given = (params: Readonly<Record<string, unknown>>) => ({
  resolveVariable: async (name: string) => params[name.replace('param:', '')],
});
const pager = 'arn:aws:sns:us-east-1:111122223333:pager';
const chat = 'arn:aws:sns:us-east-1:111122223333:chat';

describe('whom alarms notify', () => {
  it.each([
    ['page', [], [{ Ref: 'PageTopic' }]],
    ['ticket', [], [{ Ref: 'TicketTopic' }]],
    ['composite', [], []],
    ['page', [pager, chat], [{ Ref: 'PageTopic' }, pager, chat]],
    ['composite', [pager], [pager]],
    // As --param gives it.
    ['ticket', pager, [{ Ref: 'TicketTopic' }, pager]],
  ])('is for %s with alarmActions %j: %j', async (name, alarmActions, expected) => {
    expect(await exported[name]?.(given({ alarmActions }))).toEqual(expected);
  });

  it.each([
    ['pageSubscriptions', { pageEmail: 'oncall@example.com' }, [{ Protocol: 'email', Endpoint: 'oncall@example.com' }]],
    ['ticketSubscriptions', { ticketEmail: [] }, []],
    ['ticketSubscriptions', {}, []],
  ])('by mail is in %s with %j: %j', async (name, params, expected) => {
    expect(await exported[name]?.(given(params))).toEqual(expected);
  });
});
