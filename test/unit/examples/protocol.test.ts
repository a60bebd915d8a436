import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkpointRequest } from '../../../shared/decisions/checkpoint.ts';
import { reportOutcomes } from '../../../shared/decisions/report.ts';
import type { TaskFacts } from '../../../shared/events/facts.ts';

const text = await readFile(new URL('../../../docs/checkpoint-protocol.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json]) => JSON.parse(json ?? ''));

const taskArn = 'arn:aws:ecs:eu-west-1:111122223333:task/batch/0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const clusterArn = 'arn:aws:ecs:eu-west-1:111122223333:cluster/batch';
const notice: TaskFacts = {
  eventId: 'e-1',
  eventTimeMs: Date.UTC(2026, 10, 22, 10, 0, 3),
  stoppingAtMs: Date.UTC(2026, 10, 22, 10),
  taskArn,
  clusterArn,
  group: 'family:count',
  desiredStatus: 'STOPPED',
  lastStatus: 'RUNNING',
  version: 5,
  spotStop: 'spot',
  isNotice: true,
  containers: [{ name: 'worker', lastStatus: 'RUNNING', privateIpv4Addresses: ['10.0.1.17'], hostPorts: [] }],
};

describe('the documented protocol', () => {
  it('shows a request as it is published', () => {
    const hook = { name: 'jobs', uri: 's3://acme-jobs/checkpoints', waitMs: 15_000 };
    expect(examples).toContainEqual(checkpointRequest({ taskArn, clusterArn }, notice, hook));
  });

  it('explains every outcome of a report, and no other', () => {
    const [table] = /\| outcome \|(?:.*\n)+?\n/.exec(text) ?? [''];
    const explained = [...table.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, names = '']) => names.match(/\w+/g) ?? []);
    expect(explained).toEqual([...reportOutcomes]);
  });
});
