import { readFileSync } from 'node:fs';
import { demo } from './scenarios/demo.ts';
import { openOnWire } from './scenarios/run-on-wire.ts';
import type { EventBridgeEvent } from './world/world.ts';

/** How long the region is given to answer, in its own time, before and after the event. */
const enrolMs = 20_000;
const answerMs = 60_000;

/**
 * Delivers one event from a file to the demo's region and tells what it led to.
 * @returns the exit status: 0, or 1 when the file holds no event.
 */
export async function deliverEvent(file: string, write: (line: string) => void): Promise<number> {
  const event = readEvent(file);
  if (typeof event === 'string') {
    process.stderr.write(`${event}\n`);
    return 1;
  }
  let listening = false;
  const calls = new Map<string, number>();
  const play = await openOnWire(demo, demo.seed, {
    log(functionName, line) {
      if (!listening) return;
      const { message, level, reason, explanation, serviceArn, ...entry } = JSON.parse(line);
      if (message === 'decision') write(`decided   ${serviceArn}: ${reason}: ${explanation}`);
      else
        write(
          `log       ${functionName}: ${level} ${message}${entry.error === undefined ? '' : `: ${entry.error.message}`}`,
        );
    },
    awsCall({ caller, service, action, error }) {
      if (!listening) return;
      const name = `${caller.replace(/LambdaFunction$/, '')}: ${service} ${action}${error === undefined ? '' : ` → ${error}`}`;
      calls.set(name, (calls.get(name) ?? 0) + 1);
    },
    invocation(functionName, messages, failed) {
      if (listening) write(`invoked   ${functionName}: ${messages.length} messages, ${failed} to be delivered again`);
    },
  });
  try {
    const { region } = play;
    await region.until(region.clock.nowMs() + enrolMs);
    listening = true;
    const taken = await region.putEvent(event);
    if (taken.length === 0)
      write(
        `no rule takes it: detail-type ${JSON.stringify(event['detail-type'])}, source ${JSON.stringify(event.source)}`,
      );
    for (const { rule, targetArn } of taken)
      write(`taken by  ${rule} → ${targetArn.slice(targetArn.lastIndexOf(':') + 1)}`);
    await region.until(region.clock.nowMs() + answerMs);
    listening = false;
    write(`AWS calls in the ${answerMs / 1000} s after it, the schedule's own included:`);
    for (const [name, count] of [...calls].sort()) write(`  ${String(count).padStart(3)} × ${name}`);
  } finally {
    await play.stop();
  }
  return 0;
}

/** The event, or what is wrong with the file. */
function readEvent(file: string): EventBridgeEvent | string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return `${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `${file}: is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  return isEvent(value) ? value : `${file}: is no EventBridge event: it needs source, detail-type and an object detail`;
}

function isEvent(value: unknown): value is EventBridgeEvent {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    typeof value.source === 'string' &&
    'detail-type' in value &&
    typeof value['detail-type'] === 'string' &&
    'detail' in value &&
    typeof value.detail === 'object' &&
    value.detail !== null
  );
}
