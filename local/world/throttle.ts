import { AwsError } from './aws-error.ts';

/** ECS's published token buckets per account and Region: burst, and refill per second. */
const buckets = {
  'cluster modify': [20, 1],
  'cluster read': [50, 20],
  'cluster resource modify': [100, 40],
  'cluster resource read': [100, 20],
  'service modify': [50, 5],
  'service read': [100, 20],
  'service deployment read': [50, 20],
  'tag modify': [20, 10],
  'tag read': [50, 20],
  'task definition modify': [20, 1],
  'task definition read': [50, 20],
} as const satisfies Record<string, readonly [number, number]>;

const bucketOf: Readonly<Record<string, keyof typeof buckets>> = {
  CreateCluster: 'cluster modify',
  DeleteCluster: 'cluster modify',
  PutClusterCapacityProviders: 'cluster modify',
  DescribeClusters: 'cluster read',
  ListClusters: 'cluster read',
  RunTask: 'cluster resource modify',
  StopTask: 'cluster resource modify',
  DescribeTasks: 'cluster resource read',
  ListTasks: 'cluster resource read',
  DescribeContainerInstances: 'cluster resource read',
  CreateService: 'service modify',
  UpdateService: 'service modify',
  DeleteService: 'service modify',
  DescribeServices: 'service read',
  ListServices: 'service read',
  ListServiceDeployments: 'service deployment read',
  DescribeServiceDeployments: 'service deployment read',
  DescribeServiceRevisions: 'service deployment read',
  TagResource: 'tag modify',
  UntagResource: 'tag modify',
  ListTagsForResource: 'tag read',
  RegisterTaskDefinition: 'task definition modify',
  DescribeTaskDefinition: 'task definition read',
};

/** Takes a token for the action, or throws what ECS throws. Actions without a published bucket are not limited. */
export function createThrottle(nowMs: () => number): (action: string) => void {
  const states = new Map<string, { tokens: number; atMs: number }>();
  return (action) => {
    const name = bucketOf[action];
    if (name === undefined) return;
    const [burst, perSecond] = buckets[name];
    const state = states.get(name) ?? { tokens: burst, atMs: nowMs() };
    const tokens = Math.min(burst, state.tokens + ((nowMs() - state.atMs) / 1000) * perSecond);
    if (tokens < 1) throw new AwsError('ThrottlingException', 'Rate exceeded');
    states.set(name, { tokens: tokens - 1, atMs: nowMs() });
  };
}
