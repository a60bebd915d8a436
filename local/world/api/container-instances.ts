import { invalidParameter } from '../aws-error.ts';
import { describeContainerInstance } from '../describe.ts';
import type { Engine } from '../engine.ts';
import type { ContainerInstanceModel } from '../model.ts';
import { firstDynamicHostPort } from '../placement.ts';
import { arnScope, clusterOf } from './clusters.ts';
import { type Input, lastSegment, refuseUnknown, texts } from './input.ts';

type Output = Record<string, unknown>;

/** An EC2 instance joins the cluster. */
export function addContainerInstance(engine: Engine, clusterArn: string): ContainerInstanceModel {
  const cluster = clusterOf(engine, { cluster: clusterArn });
  const rng = engine.rng(engine.id(`container-instance/${cluster.name}/`));
  const hex = (length: number) => Array.from({ length }, () => Math.floor(rng.next() * 16).toString(16)).join('');
  const instance: ContainerInstanceModel = {
    arn: `${arnScope(engine)}:container-instance/${cluster.name}/${hex(32)}`,
    clusterArn: cluster.arn,
    ec2InstanceId: `i-${hex(17)}`,
    registeredAtMs: engine.nowMs(),
    tasks: new Set(),
    nextHostPort: firstDynamicHostPort,
  };
  cluster.containerInstances.set(lastSegment(instance.arn), instance);
  return instance;
}

export function describeContainerInstances(engine: Engine, input: Input): Output {
  refuseUnknown('DescribeContainerInstances', input, ['cluster', 'containerInstances', 'include']);
  const cluster = clusterOf(engine, input);
  const asked = texts(input, 'containerInstances');
  if (asked.length === 0) throw invalidParameter('Container instances cannot be empty.');
  if (asked.length > 100) throw invalidParameter('Container instances cannot have more than 100 elements.');
  const found = asked.map((name) => cluster.containerInstances.get(lastSegment(name)));
  const missing = asked.filter((_, index) => found[index] === undefined);
  return {
    containerInstances: found.flatMap((instance) =>
      instance === undefined ? [] : [describeContainerInstance(instance)],
    ),
    failures: missing.map((name) => ({
      arn: `${arnScope(engine)}:container-instance/${cluster.name}/${lastSegment(name)}`,
      reason: 'MISSING',
    })),
  };
}
