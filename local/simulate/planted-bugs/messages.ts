import type { PlantedBug } from '../planted-bug.ts';
import type { Message } from '../queue.ts';

/** Messages that are lost, blamed or half handled. */
export const messageBugs: readonly PlantedBug[] = [
  {
    name: 'swallowed error',
    says: 'what a function throws is logged and its message deleted',
    loaded: (loaded) => ({
      ...loaded,
      async handle(messages) {
        await loaded.handle(messages);
        return new Set<Message>();
      },
    }),
  },
  {
    name: 'wrong item reported',
    says: 'where a message of a batch fails, another one is reported',
    loaded: (loaded) => ({
      ...loaded,
      async handle(messages) {
        const failed = await loaded.handle(messages);
        if (failed.size === 0 || failed.size === messages.length) return failed;
        return new Set(messages.filter((message) => !failed.has(message)).slice(0, failed.size));
      },
    }),
  },
  {
    name: 'poison fails the batch',
    says: 'one message that cannot be handled takes its neighbours with it',
    loaded: (loaded) => ({
      ...loaded,
      async handle(messages) {
        const failed = await loaded.handle(messages);
        return messages.some((message) => message.isPoison) ? new Set(messages) : failed;
      },
    }),
  },
  {
    name: 'asked before it is written',
    says: 'a notice asks for its decision first and writes the fact afterwards, if it comes to that',
    deps: (deps, name) =>
      name !== 'on-spot-notice'
        ? deps
        : { ...deps, ledger: { ...deps.ledger, recordTask: async () => ({ outcome: 'recorded', isNews: true }) } },
  },
  {
    name: 'hook before capacity',
    says: 'a notice is recorded only once the bus has taken the request for a checkpoint',
    deps: (deps, name) =>
      name !== 'on-spot-notice'
        ? deps
        : {
            ...deps,
            ledger: {
              ...deps.ledger,
              async recordTask(record) {
                await deps.bus.publish([{ detailType: 'Checkpoint Available', resources: [], detail: {} }]);
                return deps.ledger.recordTask(record);
              },
            },
          },
  },
  {
    name: 'gauges fail the pass',
    says: 'a pass that cannot put its gauges throws',
    deps: (deps) => ({
      ...deps,
      telemetry: {
        ...deps.telemetry,
        postponed(serviceArn, why, error) {
          deps.telemetry.postponed(serviceArn, why, error);
          if (why.includes('gauges')) throw error;
        },
      },
    }),
  },
  {
    name: 'decisions are dropped',
    says: 'what a notice asks for is not sent',
    deps: (deps, name) =>
      name === 'decide' || name === 'reconcile'
        ? deps
        : { ...deps, decisions: { ...deps.decisions, ask: async () => {} } },
  },
  {
    name: 'TypeError in a sensor',
    says: 'an event without a group makes a sensor throw',
    deps: (deps, name) =>
      name !== 'on-spot-notice'
        ? deps
        : {
            ...deps,
            ecs: {
              ...deps.ecs,
              describeTasks: async () => {
                throw new TypeError("Cannot read properties of undefined (reading 'startsWith')");
              },
            },
          },
  },
];
