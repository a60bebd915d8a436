import { prefix } from './alarm.ts';
import { type Resources, sub } from './cloudformation.ts';
import type { DashboardBody } from './dashboard.ts';
import { fleetDashboardBody } from './fleet-dashboard.ts';
import { serviceDashboardBody } from './service-dashboard.ts';

function dashboard(name: string, body: DashboardBody): Resources[string] {
  return {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: { DashboardName: `${prefix}-${name}`, DashboardBody: sub(JSON.stringify(body)) },
  };
}

export function dashboards(): Resources {
  return {
    FleetDashboard: dashboard('fleet', fleetDashboardBody()),
    ServiceDashboard: dashboard('service', serviceDashboardBody()),
  };
}
