import type { Alarms } from '../region/alarms.ts';
import type { LogStore } from '../region/logs.ts';
import type { MetricStore } from '../region/metrics.ts';
import type { Template } from '../region/template.ts';
import type { ShownHappening } from './shown.ts';

/** What a page looks at: a region, whether its functions run in processes or on a virtual clock. */
export interface DashboardSource {
  /** One line for people: what is being played. */
  readonly story: string;
  /** Of the packaged stack: the dashboards and alarms are those that would be deployed. */
  readonly template: Template;
  readonly metrics: MetricStore;
  readonly alarms: Alarms;
  readonly alarmChanges: readonly AlarmTurn[];
  readonly logs: LogStore;
  /** Since when there is anything. */
  readonly bornMs: number;
  nowMs(): number;
  readonly happenings: readonly ShownHappening[];
  /** What a custom widget does: calls the function. @throws where the stack has no such function, or it fails. */
  invoke(functionArn: string, event: unknown): Promise<unknown>;
}

export interface AlarmTurn {
  /** Logical id. */
  readonly alarm: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly atMs: number;
}
