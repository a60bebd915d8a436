import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface PackagedResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** The CloudFormation template that `osls package` made, as it would be deployed. */
export interface PackagedTemplate {
  readonly Resources: Readonly<Record<string, PackagedResource>>;
}

/** @throws when the stack has not been packaged. */
export async function readPackagedTemplate(root: string): Promise<PackagedTemplate> {
  const path = join(root, '.serverless/cloudformation-template-update-stack.json');
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!isTemplate(value)) throw new Error(`${path} has no Resources`);
  return value;
}

/** Names of the environment variables that a function gets. */
export function environmentNames(template: PackagedTemplate, functionLogicalId: string): string[] {
  const environment = template.Resources[functionLogicalId]?.Properties.Environment;
  if (!isRecord(environment) || !isRecord(environment.Variables)) return [];
  return Object.keys(environment.Variables);
}

function isTemplate(value: unknown): value is PackagedTemplate {
  return isRecord(value) && isRecord(value.Resources);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
