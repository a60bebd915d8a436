/** What the server tells the page. Everything in it is plain text; the page decides where it may stand. */

export interface ShownDashboard {
  readonly name: string;
  readonly nowMs: number;
  readonly fromMs: number;
  readonly variables: readonly ShownVariable[];
  readonly widgets: readonly ShownWidget[];
}

export interface ShownVariable {
  readonly id: string;
  readonly label: string;
  readonly options: readonly string[];
  readonly chosen: string;
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type ShownWidget = Place &
  (
    | { readonly type: 'metric'; readonly chart: ShownChart }
    /** Blocks of Markdown, taken apart on the server. */
    | { readonly type: 'text'; readonly blocks: readonly TextBlock[] }
    | { readonly type: 'alarm'; readonly title: string; readonly alarms: readonly ShownAlarm[] }
    | {
        readonly type: 'log';
        readonly title: string;
        readonly columns: readonly string[];
        readonly rows: readonly (readonly string[])[];
      }
    | { readonly type: 'custom'; readonly title: string; readonly endpoint: string; readonly params: unknown }
    /** What the region cannot show, and why. */
    | { readonly type: 'problem'; readonly title: string; readonly text: string }
  );

export interface TextBlock {
  readonly kind: 'heading' | 'paragraph';
  /** Of a heading. */
  readonly level: number;
  readonly spans: readonly { readonly text: string; readonly style: 'plain' | 'strong' | 'emphasis' | 'code' }[];
}

export interface ShownChart {
  readonly title: string;
  readonly view: 'timeSeries' | 'singleValue';
  readonly stacked: boolean;
  /** Columns instead of areas: a sum that is there in few minutes only. */
  readonly columns: boolean;
  readonly periodS: number;
  /** Seconds since the epoch, of all lines. */
  readonly times: readonly number[];
  readonly lines: readonly ShownLine[];
  readonly left: ShownAxis;
  readonly right?: ShownAxis;
  readonly annotations: readonly { readonly label: string; readonly value: number }[];
}

export interface ShownAxis {
  readonly label?: string;
  readonly min?: number;
  readonly max?: number;
}

export interface ShownLine {
  readonly label: string;
  readonly unit: string;
  readonly axis: 'left' | 'right';
  /** One for each of `times`. */
  readonly values: readonly (number | null)[];
}

export interface ShownAlarm {
  readonly id: string;
  readonly name: string;
  readonly kind: 'metric' | 'composite';
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly sinceMs?: number;
  /** What it means, without condition, command and link. */
  readonly meaning: string;
  readonly condition: string;
  /** Of a metric alarm: its metric by its own period, and where it rings. */
  readonly chart?: ShownChart;
  /** Of a composite one: the alarms that it looks at and that ring. */
  readonly ringing?: readonly string[];
}

export interface ShownAlarms {
  readonly nowMs: number;
  readonly alarms: readonly ShownAlarm[];
  readonly changes: readonly { readonly atMs: number; readonly name: string; readonly state: ShownAlarm['state'] }[];
}

export interface ShownHappening {
  readonly number: number;
  readonly atMs: number;
  readonly kind: 'act' | 'notice' | 'ecs' | 'decision' | 'write' | 'bus' | 'alarm' | 'log';
  /** `bad` where somebody should look. */
  readonly tone: 'plain' | 'good' | 'bad';
  readonly text: string;
}

export interface ShownTimeline {
  readonly nowMs: number;
  readonly story: string;
  readonly happenings: readonly ShownHappening[];
}
