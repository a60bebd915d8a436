import * as z from 'zod/mini';
import { PoisonError } from '../errors.ts';

/** AWS leaves optional members out; some it writes as null where it knows nothing. */
export function optional<T extends z.ZodMiniType>(schema: T) {
  return z.optional(z.nullable(schema));
}

/** The envelope that EventBridge puts around every event; AWS adds members at any time, and they are ignored. */
export const envelope = z.object({
  id: z.string(),
  source: z.string(),
  'detail-type': z.string(),
  time: optional(z.string()),
  resources: optional(z.array(z.string())),
});

/** An ARN of that kind of ECS object, in any partition. */
export function ecsArn(kind: 'cluster' | 'task') {
  return z.string().check(z.regex(new RegExp(`^arn:[^:]+:ecs:[^:]*:[^:]*:${kind}/.`), `not the ARN of an ECS ${kind}`));
}

/** @throws PoisonError when the body is not JSON; the text itself is not repeated, it may hold secrets. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The SyntaxError is no cause to keep: its message quotes the text.
    throw new PoisonError(`event: not JSON (${body.length} characters)`);
  }
}

/** Who sends an event, and under which names. */
export interface Origin {
  readonly source: string;
  readonly detailTypes: readonly string[];
}

/**
 * Checks an event against its schema.
 * @throws PoisonError naming the first member that is wrong and how; never a value, since overrides hold environments.
 */
export function parseEvent<T extends z.ZodMiniType<z.infer<typeof envelope>>>(
  schema: T,
  body: unknown,
  origin: Origin,
): z.infer<T> {
  const parsed = schema.safeParse(body);
  // Whose event it is comes before what is wrong with it.
  const outer = parsed.success ? parsed : envelope.safeParse(body);
  if (!outer.success) throw new PoisonError(`event: ${firstIssue(outer.error)}`);
  const { source, 'detail-type': detailType } = outer.data;
  if (!origin.detailTypes.includes(detailType)) {
    throw new PoisonError(
      `event: detail-type: ${JSON.stringify(detailType)} is not ${origin.detailTypes.join(' or ')}`,
    );
  }
  if (source !== origin.source) {
    throw new PoisonError(`${detailType}: source: ${JSON.stringify(source)} is not ${origin.source}`);
  }
  if (!parsed.success) throw new PoisonError(`${detailType}: ${firstIssue(parsed.error)}`);
  return parsed.data;
}

/** The first member that is wrong and how; never its value. */
export function firstIssue(error: z.core.$ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'invalid';
  const what = issue.code === 'invalid_type' ? `must be of type ${issue.expected}` : issue.message;
  return `${issue.path.join('.') || 'the document'}: ${what}`;
}

/** Milliseconds of an ISO time of any resolution; `undefined` where there is none or it is none. */
export function timeMs(text: string | null | undefined): number | undefined {
  const ms = text === undefined || text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
