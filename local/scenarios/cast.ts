/** Who plays: by the name that the tables show. */
export interface Cast {
  readonly clusterArn: string;
  readonly services: readonly {
    readonly name: string;
    readonly arn: string;
    readonly role: string;
    readonly targetGroupArn?: string;
    /** One of many alike: not a row of its own in the tables. */
    readonly extra?: boolean;
  }[];
}
