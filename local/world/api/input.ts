import { AwsError, invalidParameter } from '../aws-error.ts';

/** Reading requests as AWS does: what it does not know or does not take is refused. */
export type Input = Readonly<Record<string, unknown>>;

/** AWS's JSON services refuse members that are not in the model. */
export function refuseUnknown(action: string, input: Input, known: readonly string[]): void {
  const unknown = Object.keys(input).find((member) => input[member] !== undefined && !known.includes(member));
  if (unknown !== undefined) throw new AwsError('SerializationException', `${action}: unknown member ${unknown}`);
}

export function text(input: Input, member: string): string {
  const value = input[member];
  if (typeof value !== 'string' || value === '') throw invalidParameter(`${member} should not be empty.`);
  return value;
}

export function optionalText(input: Input, member: string): string | undefined {
  const value = input[member];
  return typeof value === 'string' ? value : undefined;
}

export function optionalNumber(input: Input, member: string): number | undefined {
  const value = input[member];
  return typeof value === 'number' ? value : undefined;
}

export function texts(input: Input, member: string): string[] {
  const value = input[member];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function records(input: Input, member: string): Record<string, unknown>[] {
  const value = input[member];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}

/** AWS admits letters, digits, spaces and _ . : / = + - @ in tags. */
export function tagsOf(input: Input, member = 'tags'): Map<string, string> {
  const tags = new Map<string, string>();
  for (const tag of records(input, member)) {
    const key = typeof tag.key === 'string' ? tag.key : '';
    const value = typeof tag.value === 'string' ? tag.value : '';
    if (!/^[\p{L}\p{N}\s_.:/=+\-@]{1,128}$/u.test(key) || !/^[\p{L}\p{N}\s_.:/=+\-@]{0,256}$/u.test(value)) {
      throw invalidParameter(`Invalid tag ${key}=${value}`);
    }
    tags.set(key, value);
  }
  return tags;
}

/** One page of a list; the token is the place to go on from. */
export function page<T>(items: readonly T[], input: Input, sizeMax: number): { items: T[]; nextToken?: string } {
  const from = Number(optionalText(input, 'nextToken') ?? 0);
  const size = Math.min(optionalNumber(input, 'maxResults') ?? sizeMax, 100);
  const until = from + size;
  return { items: items.slice(from, until), ...(until < items.length ? { nextToken: String(until) } : {}) };
}

export const lastSegment = (arnOrName: string) => arnOrName.slice(arnOrName.lastIndexOf('/') + 1);
