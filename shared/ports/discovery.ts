export interface TaggedResource {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The Resource Groups Tagging API, all pages: what asked to be looked after. Same errors as `Ecs`. */
export interface Discovery {
  /** ECS services whose tag `<prefix>managed` is `true`. */
  managedServices(): Promise<TaggedResource[]>;
  /** ECS task definitions that carry the tag `<prefix>checkpoint`, or `<prefix>resume` as `true`; each once. */
  taskDefinitions(): Promise<TaggedResource[]>;
  /** ECS services that are bridges: they carry the tag `bridgeOfTag`. */
  bridges(): Promise<TaggedResource[]>;
}
