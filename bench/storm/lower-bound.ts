/** AWS's limits per request ("DescribeServices", "ListTasks" in the Amazon ECS API reference). */
const servicesPerCall = 10;
const tasksPerPage = 100;

export interface LowerBound {
  readonly describeServices: number;
  readonly listTasks: number;
  readonly writes: number;
  readonly total: number;
}

/**
 * The fewest ECS requests with which anybody who reads before he writes can give each of the services the on-demand
 * tasks it lacks, were all notices known at once: each service is described once, ten to a call; who stays is listed
 * once per service, since ListTasks takes one service a call and DescribeServices does not promise to leave out tasks
 * under notice; each bridge is written once, since no request writes two services. Notices themselves come as events
 * and cost no request.
 * @param tasksEach that stay in each service; a page has a hundred.
 */
export function lowerBoundOf(services: number, tasksEach: number): LowerBound {
  const describeServices = Math.ceil(services / servicesPerCall);
  const listTasks = services * Math.max(1, Math.ceil(tasksEach / tasksPerPage));
  const writes = services;
  return { describeServices, listTasks, writes, total: describeServices + listTasks + writes };
}
