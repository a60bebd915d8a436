import * as z from 'zod/mini';
import { PoisonError } from '../errors.ts';

/** The envelope that EventBridge puts around every event; AWS adds members at any time, and they are ignored. */
export const envelope = z.object({
  id: z.string(),
  source: z.string(),
  'detail-type': z.string(),
  time: z.optional(z.string()),
  resources: z.optional(z.array(z.string())),
});

/** @throws PoisonError when the body is not JSON; the text itself is not repeated, it may hold secrets. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new PoisonError(`event: not JSON (${body.length} characters)`, { cause });
  }
}

/**
 * Checks an event against its schema.
 * @throws PoisonError naming the first member that is wrong and how; never a value, since overrides hold environments.
 */
export function parseEvent<T extends z.ZodMiniType>(
  schema: T,
  body: unknown,
  detailTypes: readonly string[],
): z.infer<T> {
  const outer = envelope.safeParse(body);
  if (!outer.success) throw new PoisonError(`event: ${firstIssue(outer.error)}`);
  const detailType = outer.data['detail-type'];
  if (!detailTypes.includes(detailType)) {
    throw new PoisonError(`event: detail-type ${JSON.stringify(detailType)} is not ${detailTypes.join(' or ')}`);
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new PoisonError(`${detailType}: ${firstIssue(parsed.error)}`);
  return parsed.data;
}

function firstIssue(error: z.core.$ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'invalid' : `${issue.path.join('.') || 'the document'}: ${issue.message}`;
}

/** Milliseconds of an ISO time of any resolution; `undefined` where there is none or it is none. */
export function timeMs(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
