import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { root } from './root.ts';

/** A class that is never made; if it were, it says so. */
const leftOut = (name: string) => `export class ${name} {
  constructor() {
    throw new Error('${name} is not part of the bundles: scripts/lean-sdk-plugin.ts');
  }
}`;

/**
 * Modules of the SDK → what is bundled in their place. What a client imports of a module has to be there: a missing name
 * stops the build.
 */
const replacements: Readonly<Record<string, string>> = {
  // For a Node that was built without OpenSSL.
  '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Js.js': leftOut('Sha256Js'),
  '@smithy/core/dist-es/submodules/checksum/md5/Md5Js.js': leftOut('Md5Js'),
  // Every client is made with the standard mode (shared/adapters/clients.ts).
  '@smithy/core/dist-es/submodules/retry/util-retry/AdaptiveRetryStrategy.js': leftOut('AdaptiveRetryStrategy'),
  '@smithy/core/dist-es/submodules/config/node-config-provider/configLoader.js': `export { loadConfig } from ${JSON.stringify(
    join(root, 'shared/adapters/environment-config.ts'),
  )};`,
  // Lambda sets AWS_REGION. Without it the SDK says that there is none, as it does on a machine that is no EC2 instance.
  '@smithy/core/dist-es/submodules/config/config-resolver/regionConfig/getInstanceMetadataRegion.js':
    'export const getInstanceMetadataRegion = async () => undefined;',
  // The client of DynamoDB makes its cache of endpoints, and no command of it asks for one: that would be one of the
  // plugins, which are missing here.
  '@aws-sdk/middleware-endpoint-discovery/dist-es/index.js': `
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = { environmentVariableSelector: () => undefined };
export const resolveEndpointDiscoveryConfig = (config) => config;`,
  // EventBridge's signer for endpoints in several Regions, which no request of ours names.
  '@aws-sdk/signature-v4-multi-region/dist-es/index.js': `
import { SignatureV4 } from '@smithy/signature-v4';
export class SignatureV4MultiRegion extends SignatureV4 {
  async sign(request, options) {
    if (options?.signingRegion === '*') {
      throw new Error('signing for several Regions is not part of the bundles: scripts/lean-sdk-plugin.ts');
    }
    return super.sign(request, options);
  }
}`,
};

/**
 * Leaves out what the SDK carries for other surroundings than a function's: some 7 KB gzipped of each bundle. A module
 * that has moved in a newer SDK stops the build, since nothing would be replaced any more.
 */
export const leanSdkPlugin: Plugin = {
  name: 'lean-sdk',
  setup(build) {
    const missing = new Set(Object.keys(replacements));
    for (const [file, contents] of Object.entries(replacements)) {
      const filter = new RegExp(`[\\\\/]${file.replaceAll('.', '\\.').replaceAll('/', '[\\\\/]')}$`);
      build.onLoad({ filter }, ({ path }) => {
        missing.delete(file);
        return { contents, loader: 'js', resolveDir: dirname(path) };
      });
    }
    build.onEnd(() => ({
      errors: [...missing].map((file) => ({ text: `no bundle has ${file}: nothing is replaced` })),
    }));
  },
};
