/**
 * The stack's policy as the build inlines it into a bundle: parsed from YAML, validated and with its values converted,
 * so that a function does no parsing when it starts.
 */
declare module '*/infra/policy.yml' {
  const stackPolicy: import('../shared/policy/policy.ts').StackPolicy;
  export default stackPolicy;
}
