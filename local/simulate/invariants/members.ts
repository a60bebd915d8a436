import { nameOfArn } from '../../../shared/events/arn.ts';
import { bridgeOfTag } from '../../../shared/ports/bridge-tag.ts';
import { type Invariant, writeOf } from '../scene.ts';

export const bridgeServes: Invariant = {
  name: 'bridge-serves',
  says: 'a bridge is made with the target group of its service',
  watch: ({ truth }, violated) => ({
    aws({ service, action, input, error }) {
      if (action !== 'CreateService' || error !== undefined || writeOf(service, action, input) === undefined) return;
      const tags = Array.isArray(input.tags) ? input.tags : [];
      const primary = truth.byName(tags.find(({ key }) => key === bridgeOfTag)?.value);
      const group = primary?.targetGroupArn;
      const balancers = Array.isArray(input.loadBalancers) ? input.loadBalancers : [];
      if (group !== undefined && !balancers.some(({ targetGroupArn }) => targetGroupArn === group))
        violated(`${input.serviceName} is made without the target group ${nameOfArn(group)}`);
    },
  }),
};
