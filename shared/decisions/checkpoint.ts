import type { TaskFacts } from '../events/facts.ts';
import type { BusEvent } from '../ports/bus.ts';
import type { CheckpointRecord } from '../ports/ledger.ts';

/** From the notice to the hard end, at most: AWS documents two minutes. The task's stopTimeout may be shorter. */
const noticeMs = 120_000;

/**
 * The request to save state that follows from a notice: what the ledger keeps and what the bus is told. A task is
 * interrupted once, so its id names the checkpoint: a repeated notice asks for the same one.
 */
export function checkpointRequest(
  notice: TaskFacts,
  serviceArn: string | undefined,
  hook: string,
): { readonly record: CheckpointRecord; readonly event: BusEvent } {
  const requestedAtMs = notice.stoppingAtMs ?? notice.eventTimeMs;
  const deadlineMs = requestedAtMs + noticeMs;
  const checkpointId = `ckpt-${notice.taskArn.slice(notice.taskArn.lastIndexOf('/') + 1)}`;
  const service = serviceArn === undefined ? {} : { serviceArn };
  return {
    record: { checkpointId, taskArn: notice.taskArn, ...service, requestedAtMs, deadlineMs },
    event: {
      detailType: 'Checkpoint Requested',
      resources: [notice.taskArn, ...(serviceArn === undefined ? [] : [serviceArn])],
      detail: {
        checkpointId,
        hook,
        taskArn: notice.taskArn,
        clusterArn: notice.clusterArn,
        ...service,
        ...(notice.group === undefined ? {} : { group: notice.group }),
        containers: notice.containers.map(({ name, privateIpv4Addresses }) => ({ name, privateIpv4Addresses })),
        noticeAt: new Date(requestedAtMs).toISOString(),
        deadline: new Date(deadlineMs).toISOString(),
      },
    },
  };
}
