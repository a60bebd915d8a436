import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { metricAlarms } from '../../infra/alarms.ts';
import { compositeAlarms } from '../../infra/composite-alarms.ts';
import { root } from '../../scripts/root.ts';
import { resolved } from './alarm-evaluation.ts';
import { resourcesOf } from './packaged.ts';

const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
const entries = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((text): [string, string] => [text.slice(0, text.indexOf('\n')), text]),
);

const described = [...resourcesOf('AWS::CloudWatch::Alarm'), ...resourcesOf('AWS::CloudWatch::CompositeAlarm')].map(
  ([logicalId]): [string, string, string] => {
    const text = String(resolved.properties(logicalId).AlarmDescription);
    return [logicalId, /#([a-z-]+)$/.exec(text)?.[1] ?? '', /\nLook closer: (.+)\n/.exec(text)?.[1] ?? ''];
  },
);

describe('docs/runbook.md', () => {
  it.each(described)('has an entry for %s: %s', (_alarm, entry) => {
    expect([...entries.keys()]).toContain(entry);
  });

  it('has no entry that no alarm leads to', () => {
    const led = new Set(described.map(([, entry]) => entry));
    expect([...entries.keys()].filter((entry) => !led.has(entry))).toEqual([]);
    expect(entries.size).toBe(20);
  });

  it.each([...entries])('says in %s how to look closer and what to do', (_name, text) => {
    expect(text).toContain('\nLook closer: `aws ');
    expect(text).toMatch(/\nDo: |\| do \|/);
  });

  it.each(described.filter(([alarm]) => !/(ErrorsAlarm|QueueAlarm)$/.test(alarm)))(
    'has the command of %s',
    (_alarm, entry, command) => {
      expect(entries.get(entry)).toContain(command);
    },
  );

  it.each(
    [...Object.values(metricAlarms), ...Object.values(compositeAlarms)].map((spec) => [spec.name, spec] as const),
  )('says whom %s wakes', (_name, spec) => {
    const text = entries.get('entry' in spec && spec.entry !== undefined ? spec.entry : spec.name) ?? '';
    expect(text.includes('**Page.**')).toBe(spec.notifies === 'page');
    expect(text.includes('**Ticket.**')).toBe(spec.notifies === 'ticket');
  });

  it('links only to entries and pages that are there', () => {
    const anchors = [...runbook.matchAll(/\]\(#([a-z-]+)\)/g)].map(([, anchor = '']) => anchor);
    expect(anchors.filter((anchor) => !entries.has(anchor))).toEqual([]);
    const pages = [...runbook.matchAll(/\]\(([a-z-]+\.md)/g)].map(([, page = '']) => page);
    expect(new Set(pages)).toEqual(
      new Set(['capacity.md', 'dashboards.md', 'deployments.md', 'checkpoint-protocol.md']),
    );
  });
});
