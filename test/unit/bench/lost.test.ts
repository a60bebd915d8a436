import { describe, expect, it } from 'vitest';
import { lostOf } from '../../../bench/drain/lost.ts';
import type { Fact } from '../../../bench/drain/messages.ts';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';

const serviceArn = 'arn:aws:ecs:us-east-1:111122223333:service/main/web';
const taskArn = 'arn:aws:ecs:us-east-1:111122223333:task/main/0123456789abcdef0123456789abcdef';
const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/main';
const task = { taskArn, serviceArn };
const notice: Fact = { kind: 'notice', task };
const change: Fact = { kind: 'change', task };
const action: Fact = { kind: 'action', serviceArn, eventId: 'e-1' };

const aRecord = {
  ...task,
  version: 5,
  desiredStatus: 'STOPPED',
  lastStatus: 'RUNNING',
};

const aLedger = () => createMemoryLedger({ nowMs: () => 1_000 });

describe('messages that got lost', () => {
  it('are all whose fact is not in the ledger', async () => {
    expect(await lostOf(aLedger(), [notice, change, action])).toBe(3);
  });

  it('a notice is lost where only the task is known, not that Spot takes it', async () => {
    const ledger = aLedger();
    await ledger.recordTask(aRecord);
    expect(await lostOf(ledger, [notice, change])).toBe(1);
  });

  it('are none where every fact is there', async () => {
    const ledger = aLedger();
    await ledger.recordTask({ ...aRecord, spotStopAtMs: 900 });
    await ledger.recordSignal({
      eventId: 'e-1',
      atMs: 900,
      serviceArn,
      serviceName: 'web',
      clusterArn,
      kind: 'steady_state',
      eventName: 'SERVICE_STEADY_STATE',
      capacityProviders: [],
    });
    expect(await lostOf(ledger, [notice, change, action])).toBe(0);
  });
});
