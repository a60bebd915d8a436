import type { DashboardSource } from '../../local/dashboard/source.ts';
import { createAlarms } from '../../local/region/alarms.ts';
import { createLogStore } from '../../local/region/logs.ts';
import { createMetricStore } from '../../local/region/metrics.ts';
import { resolved } from '../infra/alarm-evaluation.ts';

/** What no name in AWS may be, and what a page must bear all the same. */
export const hostileText = `"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`;

const hostileHtml = `<div><script>window.hacked=1</script><img src="x" onerror="window.hacked=1">
<iframe srcdoc="<script>parent.hacked=1</script>"></iframe><form action="https://example.com"><button>send</button></form>
<svg onload="window.hacked=1"><use href="data:image/svg+xml,x"/></svg>
<a href="javascript:window.hacked=1" onclick="window.hacked=1">lead out</a><b>what is harmless stays</b></div>`;

/** A region in which every name, log line and widget comes from somebody who means harm. */
export function hostileSource(): DashboardSource {
  const startMs = Date.parse('2026-03-01T09:00:00Z');
  const nowMs = () => startMs + 600_000;
  const metrics = createMetricStore(nowMs);
  const logs = createLogStore();
  for (const name of ['Mode', 'SpotRunning', 'Shortfall', 'Notices']) {
    for (const dimensions of [{ ClusterName: hostileText, ServiceName: hostileText }, { ClusterName: hostileText }]) {
      metrics.add({ namespace: 'Ballast', name, dimensions, unit: 'Count', value: 1, atMs: startMs + 300_000 });
    }
  }
  const decision = {
    message: 'decision',
    serviceArn: `arn:aws:ecs:us-east-1:111122223333:service/${hostileText}/${hostileText}`,
    reason: hostileText,
    explanation: hostileText,
  };
  const [decide = ''] = resolved
    .idsOf('AWS::Lambda::Function')
    .map((id) => String(resolved.properties(id).FunctionName))
    .filter((name) => name.endsWith('-decide'));
  logs.add(`/aws/lambda/${decide}`, JSON.stringify(decision), startMs + 300_000);
  return {
    story: hostileText,
    template: resolved,
    metrics,
    alarms: createAlarms(resolved, metrics, nowMs, () => {}),
    alarmChanges: [],
    logs,
    bornMs: startMs,
    nowMs,
    happenings: [{ number: 1, atMs: startMs, kind: 'act', tone: 'plain', text: hostileText }],
    invoke: async () => hostileHtml,
  };
}
