import { defineConfig } from 'vitest/config';
import { assertLambdaNode } from './scripts/node-version.ts';
import { policyModule } from './scripts/policy-plugin.ts';

assertLambdaNode();

export default defineConfig({
  // Handlers import the policy as the bundles do.
  plugins: [
    {
      name: 'stack-policy',
      enforce: 'pre',
      load: (id: string) => (/[\\/]policy\.yml$/.test(id) ? policyModule(id) : undefined),
    },
  ],
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './scripts/count-reporter.ts'],
    // A forgotten `.only` would leave the rest untested and still be green.
    allowOnly: false,
    restoreMocks: true,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    env: { TZ: 'UTC', AWS_REGION: 'us-east-1' },
  },
});
