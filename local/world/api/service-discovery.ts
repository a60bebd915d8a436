import { AwsError } from '../aws-error.ts';
import { present } from '../describe.ts';
import type { Engine } from '../engine.ts';
import type { RegistryModel } from '../model.ts';
import { type Input, lastSegment, optionalNumber, optionalText, refuseUnknown, text } from './input.ts';

type Output = Record<string, unknown>;

/** AWS Cloud Map, service name `servicediscovery`. */
export function createRegistry(engine: Engine, name: string): RegistryModel {
  const rng = engine.rng(engine.id(`registry/${name}/`));
  const id = `srv-${Array.from({ length: 16 }, () => Math.floor(rng.next() * 36).toString(36)).join('')}`;
  const arn = `arn:aws:servicediscovery:${engine.region}:${engine.account}:service/${id}`;
  const registry = { id, arn, instances: new Map() };
  engine.registries.set(arn, registry);
  return registry;
}

/** By id or ARN. */
function registryOf(engine: Engine, input: Input): RegistryModel {
  const id = lastSegment(text(input, 'ServiceId'));
  const registry = [...engine.registries.values()].find((one) => one.id === id);
  if (registry === undefined) throw new AwsError('ServiceNotFound', `No service with id ${id}`);
  return registry;
}

/** A hundred at a time unless asked for fewer. */
export function listInstances(engine: Engine, input: Input): Output {
  refuseUnknown('ListInstances', input, ['ServiceId', 'NextToken', 'MaxResults']);
  const instances = [...registryOf(engine, input).instances];
  const from = Number(optionalText(input, 'NextToken') ?? 0);
  const until = from + Math.min(optionalNumber(input, 'MaxResults') ?? 100, 100);
  return present({
    Instances: instances.slice(from, until).map(([Id, Attributes]) => ({ Id, Attributes })),
    NextToken: until < instances.length ? String(until) : undefined,
  });
}

/** Cloud Map says which operation will do it; here it is done at once. */
export function deregisterInstanceCall(engine: Engine, input: Input): Output {
  refuseUnknown('DeregisterInstance', input, ['ServiceId', 'InstanceId']);
  const registry = registryOf(engine, input);
  const instanceId = text(input, 'InstanceId');
  if (!registry.instances.delete(instanceId)) {
    throw new AwsError('InstanceNotFound', `No instance with id ${instanceId}`);
  }
  return { OperationId: engine.id('operation-') };
}
