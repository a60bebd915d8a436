import { type PackagedResource, readPackagedTemplate } from '../../scripts/packaged-template.ts';
import { root } from '../../scripts/root.ts';

export interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const template = await readPackagedTemplate(root);

/** Logical id and resource of every resource of that type. */
export function resourcesOf(type: string): [string, PackagedResource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

export function propertiesOf(logicalId: string): Readonly<Record<string, unknown>> {
  const resource = template.Resources[logicalId];
  if (resource === undefined) throw new Error(`the template has no ${logicalId}`);
  return resource.Properties;
}

/** What a role's own policies allow. */
export function statementsOf(role: string): Statement[] {
  const policies = propertiesOf(role).Policies;
  if (!Array.isArray(policies)) throw new Error(`${role} has no Policies`);
  return policies.flatMap(
    ({ PolicyDocument }: { PolicyDocument: { Statement: Statement[] } }) => PolicyDocument.Statement,
  );
}

/** Actions that a role allows, sorted. */
export function actionsOf(role: string): string[] {
  return statementsOf(role)
    .flatMap(({ Action }) => Action)
    .sort();
}
