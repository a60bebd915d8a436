// A hook for tasks that save when they are asked over HTTP: `lambda: <this function>` in policy.yml. It runs in the VPC
// of the tasks, which let it in on PORT, and waits for them; a function timeout of 120 s is enough.
// The contract: docs/checkpoint-protocol.md.

/** Left for the reply to arrive. */
const reserveMs = 1_000;

/** @returns {Promise<{outcome: 'completed' | 'failed', uri?: string, reason?: string, finished?: boolean}>} */
export async function handler(request, context) {
  const leftMs = Math.min(Date.parse(request.deadline) - Date.now(), context.getRemainingTimeInMillis()) - reserveMs;
  if (leftMs <= 0) return failed('asked too late');
  // On Fargate the containers of a task share its address.
  const addresses = [...new Set(request.containers.flatMap((container) => container.privateIpv4Addresses))];
  if (addresses.length === 0) return failed('the task has no address');
  try {
    const signal = AbortSignal.timeout(leftMs);
    const saved = await Promise.all(addresses.map((address) => save(address, request, signal)));
    const uri = saved.find((answer) => answer.uri)?.uri;
    const finished = saved.every((answer) => answer.finished === true);
    return { outcome: 'completed', ...(uri && { uri }), ...(finished && { finished }) };
  } catch (error) {
    return failed(String(error.cause ?? error));
  }
}

/** The task is told the checkpoint's id: asked again, it answers what it answered. Replies `{uri?, finished?}`. */
async function save(address, request, signal) {
  const response = await fetch(`http://${address}:${process.env.PORT ?? 8080}/checkpoint`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${address} answered ${response.status}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

function failed(reason) {
  return { outcome: 'failed', reason: reason.slice(0, 2048) };
}
