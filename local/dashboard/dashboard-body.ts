import type { Template } from '../region/template.ts';

/** A dashboard of the stack as CloudWatch gets it: parsed, with every reference resolved. */
export interface DeployedDashboard {
  /** The last part of its name: `fleet` of `ballast-dev-fleet`. */
  readonly name: string;
  readonly json: string;
}

export interface DashboardBody {
  readonly start?: string;
  readonly variables?: readonly BodyVariable[];
  readonly widgets: readonly BodyWidget[];
}

export interface BodyVariable {
  readonly type: 'pattern' | 'property';
  readonly pattern?: string;
  readonly property?: string;
  readonly id: string;
  readonly label?: string;
  readonly search?: string;
  readonly populateFrom?: string;
  readonly values?: readonly { readonly value: string }[];
  readonly defaultValue?: string;
}

export interface BodyWidget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

export function deployedDashboards(template: Template): DeployedDashboard[] {
  return template.idsOf('AWS::CloudWatch::Dashboard').map((id) => {
    const { DashboardName: name, DashboardBody: body } = template.properties(id);
    return { name: String(name).replace(/^.*-/, ''), json: String(body) };
  });
}

/** @throws where it is no JSON, which PutDashboard would refuse as well. */
export function parseBody(json: string): DashboardBody {
  // Its shape is held by the tests of the packaged dashboards; what a part of the page does not know it refuses.
  return JSON.parse(json) as DashboardBody;
}
