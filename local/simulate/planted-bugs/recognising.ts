import type { FunctionName } from '../function-setups.ts';
import type { PlantedBug } from '../planted-bug.ts';
import type { Message } from '../queue.ts';

type Detail = Readonly<Record<string, unknown>>;

function detailOf({ body }: Message): Detail {
  const { detail } = body as { readonly detail: Detail };
  return typeof detail === 'object' ? detail : {};
}

/** The event of a task whose container has exited with 0, as if that had been its end. */
function withOwnEnd(message: Message): Message {
  if (message.isPoison) return message;
  const detail = detailOf(message);
  const [container] = Array.isArray(detail.containers) ? detail.containers : [];
  if (detail.lastStatus !== 'STOPPED' || container?.exitCode !== 0) return message;
  const ended = { stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' };
  return { ...message, body: { ...(message.body as object), detail: { ...detail, ...ended } } };
}

/** Messages that one function takes for nothing, as if no pattern of its own matched. */
const overlooks =
  (functionName: FunctionName, isOverlooked: (detail: Detail) => boolean): NonNullable<PlantedBug['loaded']> =>
  (loaded, name) =>
    name !== functionName
      ? loaded
      : {
          ...loaded,
          handle: (messages) =>
            loaded.handle(messages.filter((message) => message.isPoison || !isOverlooked(detailOf(message)))),
        };

/** Events that are not known for what they are. */
export const recognisingBugs: readonly PlantedBug[] = [
  {
    name: 'acts only on STOPPED',
    says: 'a notice is left alone until its task has stopped',
    loaded: overlooks('on-spot-notice', () => true),
  },
  {
    name: 'reason not recognised',
    says: 'a notice without a stopCode is left alone, whatever its stoppedReason says',
    loaded: overlooks('on-spot-notice', ({ stopCode }) => stopCode === undefined),
  },
  {
    name: 'provider demanded of failures',
    says: 'a placement failure has to name capacityProviderName, which none does',
    loaded: overlooks('on-service-action', ({ capacityProviderName }) => capacityProviderName === undefined),
  },
  {
    name: 'TypeError without a provider',
    says: 'a task without capacityProviderName makes a sensor throw',
    loaded: (loaded, name) =>
      name !== 'on-task-state-change'
        ? loaded
        : {
            ...loaded,
            async handle(messages) {
              for (const message of messages) {
                const { capacityProviderName } = detailOf(message);
                if (!message.isPoison && capacityProviderName === undefined)
                  throw new TypeError("Cannot read properties of undefined (reading 'split')");
              }
              return loaded.handle(messages);
            },
          },
  },
  {
    name: 'exit 0 is success',
    says: 'a job that exits with 0 on SIGTERM is booked as one that has ended by itself',
    loaded: (loaded, name) =>
      name !== 'on-task-state-change'
        ? loaded
        : {
            ...loaded,
            async handle(messages) {
              const changed = new Map(messages.map((message) => [withOwnEnd(message), message]));
              const failed = await loaded.handle([...changed.keys()]);
              return new Set([...failed].flatMap((message) => changed.get(message) ?? []));
            },
          },
  },
  {
    name: 'counted twice',
    says: 'every delivery of a notice counts as a task of its own',
    deps(deps, name) {
      if (name !== 'on-spot-notice') return deps;
      let count = 0;
      return {
        ...deps,
        ledger: {
          ...deps.ledger,
          async recordTask(record) {
            count += 1;
            await deps.ledger.recordTask({ ...record, taskArn: `${record.taskArn}${count}` });
            return deps.ledger.recordTask(record);
          },
        },
      };
    },
  },
];
