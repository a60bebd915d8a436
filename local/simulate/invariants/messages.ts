import { PoisonError, RetryableError, TerminalError } from '../../../shared/errors.ts';
import { functionNames } from '../function-setups.ts';
import type { Invariant } from '../scene.ts';

const textOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

export const noUnexpectedError: Invariant = {
  name: 'no-unexpected-error',
  says: 'a function fails only with an error of its own that says whether trying again helps, and as poison only by poison',
  watch(_scene, violated) {
    return {
      threw({ functionName, faults }, message, error) {
        if (message?.isPoison === true && error instanceof PoisonError) return;
        if (error instanceof RetryableError) return;
        if (error instanceof TerminalError && faults.length > 0) return;
        violated(`${functionName}: ${textOf(error)}`);
      },
      postponed(serviceArn, why, error) {
        if (error === undefined || error instanceof RetryableError || error instanceof TerminalError) return;
        violated(`${serviceArn}: ${why}: ${textOf(error)}`);
      },
    };
  },
};

export const poisonAlone: Invariant = {
  name: 'poison-alone',
  says: 'a poison message fails alone and ends in the dead-letter queue; its neighbours are handled',
  watch(_scene, violated) {
    const threw = new Set<unknown>();
    return {
      threw(_invocation, message) {
        threw.add(message);
      },
      ended({ functionName, faults }, messages, failed, crashed) {
        if (crashed) return;
        for (const message of messages) {
          if (message.isPoison && !failed.has(message)) violated(`${functionName} took a poison message for handled`);
          // A batch of decisions reports what the ledger did not take without throwing.
          if (message.isPoison || !failed.has(message) || threw.has(message) || faults.length > 0) continue;
          violated(
            `${functionName} failed message ${message.id} without a reason${messages.some(({ isPoison }) => isPoison) ? ', beside a poison message' : ''}`,
          );
        }
      },
    };
  },
};

export const deadLettersExplained: Invariant = {
  name: 'dead-letters-explained',
  says: 'only poison, messages that faults hit, and copies whose checkpoint somebody else kept asking for, are dead letters',
  watch(scene, violated) {
    const overtaken = new Set<unknown>();
    return {
      threw(_invocation, message, error) {
        if (error instanceof RetryableError && error.message.startsWith('somebody else asks')) overtaken.add(message);
      },
      end() {
        for (const name of functionNames) {
          for (const message of scene.region.queues[name].deadLetters) {
            if (message.isPoison || message.wasHit || overtaken.has(message)) continue;
            violated(`message ${message.id} of ${name} is a dead letter, and nothing went wrong`);
          }
        }
      },
    };
  },
};

export const scheduleHolds: Invariant = {
  name: 'schedule-holds',
  says: 'gauges that CloudWatch does not take never fail a pass',
  watch: (_scene, violated) => ({
    ended({ functionName, faults }, messages, _failed, crashed) {
      if (functionName !== 'reconcile' || messages.length > 0 || !crashed) return;
      if (faults.every((fault) => fault === 'gauges refused'))
        violated('a pass failed, and at most its gauges were refused');
    },
  }),
};
