import type { Intrinsic } from './cloudformation.ts';

export interface CustomWidget {
  readonly type: 'custom';
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly endpoint: string | Intrinsic;
    readonly params: Readonly<Record<string, unknown>>;
    readonly updateOn: { readonly refresh: boolean; readonly resize: boolean; readonly timeRange: boolean };
  };
}

/**
 * A widget that a Lambda function of ours draws. Its JSON is not in the reference of the dashboard body; it is as the CDK
 * writes it (see docs/unverified.md). Whoever looks has to allow each widget once, and needs `lambda:InvokeFunction`.
 * @param endpointArn of the function; in a body that goes through `Fn::Sub`, `${…LambdaFunction.Arn}`.
 */
export function customWidget({
  title,
  params,
  endpointArn,
  width = 24,
  height = 8,
}: {
  readonly title: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly endpointArn: string | Intrinsic;
  readonly width?: number;
  readonly height?: number;
}): CustomWidget {
  return {
    type: 'custom',
    width,
    height,
    properties: {
      title,
      endpoint: endpointArn,
      params,
      // What it shows depends on the time range, not on how large it is.
      updateOn: { refresh: true, resize: false, timeRange: true },
    },
  };
}

/** The services as the ledger has them, by the function `show-services`; `params` as docs/dashboards.md lists them. */
export function servicesWidget(title: string, params: Readonly<Record<string, unknown>>, height: number): CustomWidget {
  return customWidget({ title, params, endpointArn: `\${ShowServicesLambdaFunction.Arn}`, height });
}
