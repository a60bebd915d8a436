import { loadRules } from './rules.ts';
import { demo } from './scenarios/demo.ts';
import { isWrite, runVirtually, scenarioStartMs } from './scenarios/run-virtual.ts';
import { comparison, requestLine } from './scenarios/table.ts';
import { loadStackPolicy } from './stack-policy.ts';

/** The demo on a virtual clock: what happens, what Ballast decides and why, every write, and both runs side by side. */
const options = { rules: loadRules(), stackPolicy: loadStackPolicy() };
const without = await runVirtually(demo, { ...options, withBallast: false });
const withBallast = await runVirtually(demo, { ...options, withBallast: true });

const lines = [
  ...demo.acts.map(({ atMs, title }) => ({ atMs, text: `── ${title}` })),
  ...withBallast.decisions.filter(isNews).map(({ serviceArn, reason, explanation, sinceMs }) => ({
    atMs: sinceMs - scenarioStartMs,
    text: `   ${serviceArn.slice(serviceArn.lastIndexOf('/') + 1)}: ${reason}: ${explanation}`,
  })),
  ...withBallast.writes.filter(isWrite).map(({ atMs, action, input }) => ({
    atMs: atMs - scenarioStartMs,
    text: `   → ${action} ${JSON.stringify(input).slice(0, 150)}`,
  })),
].sort((left, right) => left.atMs - right.atMs);

for (const { atMs, text } of lines) console.log(`${clock(atMs)} ${text}`);
console.log('');
for (const line of comparison(withBallast.cast, without, withBallast)) console.log(line);
console.log(`\n${requestLine(withBallast)}`);

/** The first of a row of equal decisions of one service. */
function isNews(record: { serviceArn: string; reason: string }, index: number): boolean {
  const earlier = withBallast.decisions.slice(0, index).findLast(({ serviceArn }) => serviceArn === record.serviceArn);
  return earlier?.reason !== record.reason && record.reason !== 'bridge_write_too_soon';
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}
