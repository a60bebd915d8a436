import { nameOfArn } from '../../shared/events/arn.ts';
import { clockOf } from './clock-of.ts';
import { serviceNameOf } from './invariants/notices.ts';
import type { Listener } from './listener.ts';
import { type Scene, writeOf } from './scene.ts';
import { stormStartMs } from './stage.ts';

/** What a storm is told by: who decided what and why, what was written, what went wrong. */
export function traceOf({ world }: Scene, write: (line: string) => void): Listener {
  const line = (text: string): void => write(`${clockOf(world.nowMs - stormStartMs)} ${text}`);
  return {
    aws({ service, action, input, error, invocation }) {
      const about = writeOf(service, action, input);
      if (about === undefined) return;
      const count = about.desiredCount === undefined ? '' : ` to ${about.desiredCount}`;
      const forced = input.forceNewDeployment === true ? ' by force' : '';
      const failed = error instanceof Error ? `: ${error.name}` : '';
      line(`>>> ${action} ${about.target}${count}${forced}${failed} (${invocation.functionName} ${invocation.id})`);
    },
    decided({ serviceArn, reason, explanation, cause }, invocation) {
      line(`    ${nameOfArn(serviceArn)} (${cause}) ${reason}: ${explanation} (${invocation.id})`);
    },
    postponed(serviceArn, why) {
      line(`    ${nameOfArn(serviceArn)} put off: ${why}`);
    },
    queued(functionName, { detail }) {
      if (functionName === 'on-spot-notice') {
        line(`    notice of ${nameOfArn(String(detail.taskArn))} of ${serviceNameOf(detail)} has come`);
      } else if (functionName === 'on-service-action') {
        line(`    ${detail.eventName} has come, of ${detail.createdAt}`);
      }
    },
    threw({ functionName, id }, message, error) {
      line(
        `xxx ${functionName} ${id} message ${message?.id}: ${error instanceof Error ? error.message : String(error)}`,
      );
    },
    published(detailType, { taskArn, serviceArn }) {
      line(`    ${detailType}: ${nameOfArn(String(taskArn ?? serviceArn))}`);
    },
    ended({ functionName, id, faults }, messages, failed, crashed) {
      if (faults.length === 0 && failed.size === 0) return;
      const came = crashed ? 'crashed' : `failed ${failed.size} of ${messages.length}`;
      line(`xxx ${functionName} ${id} ${came}${faults.length === 0 ? '' : `: ${faults.join(', ')}`}`);
    },
  };
}
