import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { InvariantError } from '../errors.ts';

/** A ledger item as plain values: strings, numbers and booleans; nested values are kept as JSON strings. */
export type Plain = Readonly<Record<string, string | number | boolean | undefined>>;

/** Plain values → DynamoDB attributes; undefined is left out. */
export function toAttributes(values: Plain): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string') attributes[name] = { S: value };
    else if (typeof value === 'number') attributes[name] = { N: String(value) };
    else if (typeof value === 'boolean') attributes[name] = { BOOL: value };
  }
  return attributes;
}

/** DynamoDB attributes → plain values; types that the ledger never writes are left out. */
export function fromAttributes(item: Record<string, AttributeValue>): Plain {
  const values: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(item)) {
    if (value.S !== undefined) values[name] = value.S;
    else if (value.N !== undefined) values[name] = Number(value.N);
    else if (value.BOOL !== undefined) values[name] = value.BOOL;
  }
  return values;
}

export function textOf(item: Plain, name: string): string {
  const value = item[name];
  if (typeof value !== 'string') throw new InvariantError(`ledger item ${item.pk} ${item.sk}: ${name} is missing`);
  return value;
}

export function numberOf(item: Plain, name: string): number {
  const value = item[name];
  if (typeof value !== 'number') throw new InvariantError(`ledger item ${item.pk} ${item.sk}: ${name} is missing`);
  return value;
}

/**
 * A JSON attribute. The cast is what the writer of the same attribute put in.
 * @throws InvariantError naming the item when it is not JSON.
 */
export function jsonOf<T>(item: Plain, name: string): T {
  try {
    return JSON.parse(textOf(item, name)) as T;
  } catch (cause) {
    throw new InvariantError(`ledger item ${item.pk} ${item.sk}: ${name} is not JSON`, { cause });
  }
}
