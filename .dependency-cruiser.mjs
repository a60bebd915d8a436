/** Which way dependencies may point: functions → shared, and inside shared towards the decisions. */
const barrel = '(^|/)index\\.ts$';

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

export default {
  forbidden: [
    forbid('no-cycles', 'Two modules that need each other are one module.', {}, { circular: true }),
    forbid(
      'no-orphans',
      'A module that nothing imports and that imports nothing is dead or misplaced.',
      // osls reads the second one: serverless variables name it.
      { orphan: true, pathNot: '\\.d\\.ts$|^infra/alarm-actions\\.cjs$' },
      {},
    ),
    forbid('resolvable', 'Every import exists.', {}, { couldNotResolve: true }),
    forbid(
      'no-barrel-import',
      'Import from the file that defines it.',
      {},
      { path: barrel, pathNot: '(^|/)node_modules/' },
    ),
    forbid('no-barrel', 'No index.ts.', { path: barrel, pathNot: '(^|/)node_modules/' }, {}),
    forbid(
      'functions-use-shared-only',
      'A function is its own folder, shared/ and the policy.',
      { path: '^functions/' },
      { path: '^(infra|local|scripts|test)/', pathNot: '^infra/policy\\.yml$' },
    ),
    forbid(
      'functions-stand-alone',
      'No function imports another.',
      { path: '^functions/([^/]+)/' },
      { path: '^functions/', pathNot: '^functions/$1/' },
    ),
    forbid(
      'shared-is-below',
      'shared/ knows nothing of who uses it.',
      { path: '^shared/' },
      { path: '^(functions|infra|local|scripts|test)/' },
    ),
    forbid(
      'pure-core',
      'Decisions, events and the policy are functions of facts: no adapter, SDK, platform or clock.',
      { path: '^shared/(decisions|events|policy)/' },
      {
        path: [
          '^shared/(adapters|middleware)/',
          '^shared/ports/clock',
          '^shared/telemetry/.*-telemetry',
          '(^|/)(@aws-sdk|@smithy|@aws-lambda-powertools|@middy)/',
        ],
      },
    ),
    forbid(
      'pure-core-no-node',
      'Decisions, events and the policy use nothing of Node.',
      { path: '^shared/(decisions|events|policy)/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'ports-are-interfaces',
      'A port imports types only.',
      { path: '^shared/ports/' },
      { dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'adapters-implement-ports',
      'An adapter knows ports, events, errors and metric names; of decisions it knows types.',
      { path: '^shared/adapters/' },
      { path: '^shared/(decisions|middleware|policy)/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'sdk-behind-adapters',
      'AWS is called through the ports; only a composition makes clients.',
      { path: '^(shared|functions)/', pathNot: ['^shared/adapters/', '^functions/[^/]+/handler\\.ts$'] },
      { path: '(^|/)(@aws-sdk|@smithy)/' },
    ),
    forbid(
      'local-stays-local',
      'The embedded region is for running and testing, never deployed.',
      { path: '^(functions|shared|infra)/' },
      { path: '^(local|test|scripts)/' },
    ),
    forbid(
      'no-development-dependencies-deployed',
      'What is bundled is a dependency.',
      { path: '^(functions|shared)/' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '@types/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
