import type * as z from 'zod/mini';
import { PoisonError } from '../errors.ts';
import { firstIssue } from './envelope.ts';

/**
 * JSON that is no event: what our own functions send each other, and what a hook replies.
 * @param what names it in errors.
 * @throws PoisonError; the text itself is not repeated, it may hold secrets.
 */
export function jsonOf(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The SyntaxError is no cause to keep: its message quotes the text.
    throw new PoisonError(`${what}: not JSON (${text.length} characters)`);
  }
}

/** @throws PoisonError naming the first member that is wrong and how. */
export function checked<T extends z.ZodMiniType>(what: string, schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new PoisonError(`${what}: ${firstIssue(parsed.error)}`);
  return parsed.data;
}
