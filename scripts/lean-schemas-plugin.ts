import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Clients that speak AWS's plain JSON, where an error's name is what AWS sends. The other protocols' names come from the
 * classes.
 */
const plainJson = [
  'application-auto-scaling',
  'dynamodb',
  'ecs',
  'eventbridge',
  'resource-groups-tagging-api',
  'service-quotas',
  'servicediscovery',
];

/** One whose member is read by its schema, and one that is retried because its class says so. */
const classesKept = ['ConditionalCheckFailedException', 'ReplicatedWriteConflictException'];

/**
 * `{ [_hE]: 400 }` → `{ "httpError": 400 }`, where `_hE` is that text. For all that esbuild knows, working out a key may
 * do something, so it keeps every schema that has one, used or not: of EC2's all, half a megabyte.
 */
export function withPlainKeys(schemas: string): string {
  const texts = new Map(
    [...schemas.matchAll(/^const (_\w+) = ("\w+");$/gm)].map(([, name, text]) => [name, text] as const),
  );
  // This one name is a key of another kind when it is written plainly.
  const isSpecial = (text: string | undefined) => text === undefined || text === '"__proto__"';
  return schemas.replaceAll(/\[(_\w+)\]:/g, (key, name: string) =>
    isSpecial(texts.get(name)) ? key : `${texts.get(name)}:`,
  );
}

/**
 * The schemas without their registrations of error classes. The SDK has a class for each error of a service, up to 35,
 * and a general one for errors that it does not know, which then have the same name, message and members. Ballast knows
 * errors by name (shared/adapters/aws-errors.ts), so the general one is enough.
 */
export function withoutErrorClasses(schemas: string): string {
  return schemas.replaceAll(/^n0_registry\.registerError\((\w+)\$, \w+\);\n/gm, (line, name: string) =>
    classesKept.includes(name) ? line : '',
  );
}

/**
 * Lets go of what no function uses of the SDK's schemas: 5 KB gzipped of a sensor's bundle, 130 KB of `resume`, whose
 * EC2 is AWS's largest. A client whose schemas are elsewhere or written otherwise stops the build.
 */
export const leanSchemasPlugin: Plugin = {
  name: 'lean-schemas',
  setup(build) {
    const missing = new Set(plainJson);
    const filter = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/;
    build.onLoad({ filter }, async ({ path }) => {
      const schemas = withPlainKeys(await readFile(path, 'utf8'));
      const client = /client-([^\\/]+)/.exec(path)?.[1] ?? '';
      if (!plainJson.includes(client)) return { contents: schemas, loader: 'js' };
      const contents = withoutErrorClasses(schemas);
      if (contents !== schemas) missing.delete(client);
      return { contents, loader: 'js' };
    });
    build.onEnd(() => ({
      errors: [...missing].map((client) => ({
        text: `no error classes of client-${client} were found: nothing is left out`,
      })),
    }));
  },
};
