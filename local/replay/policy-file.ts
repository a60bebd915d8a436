import { parse } from 'yaml';
import * as z from 'zod/mini';
import type { PolicySettings } from './policies/catalogue.ts';
import { InputError } from './trace.ts';

const settingsSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()], 'expected a single value'),
  'expected settings like return-after: 3m',
);
/** The replay itself says whom Ballast acts for, and how. */
const ours = ['managed', 'mode', 'fallback'];

/** Settings in the grammar of the defaults in `infra/policy.yml`. @throws InputError naming the file and the setting. */
export function parsePolicyFile(file: string, text: string): PolicySettings {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new InputError(`${file}: is no YAML: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const parsed = settingsSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const setting = issue?.path.length === 0 ? '' : `${issue?.path.map(String).join('.')}: `;
    throw new InputError(`${file}: ${setting}${issue?.message ?? 'invalid'}`);
  }
  const taken = ours.find((key) => Object.hasOwn(parsed.data, key));
  if (taken !== undefined) throw new InputError(`${file}: ${taken}: is set by the replay itself`);
  return Object.fromEntries(Object.entries(parsed.data).map(([key, setting]) => [key, String(setting)]));
}
