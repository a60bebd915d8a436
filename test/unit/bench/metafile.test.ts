import type { Metafile } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { clientClasses, clientsIn, nodeImportsIn, packagesIn } from '../../../bench/bundles/metafile.ts';

const bytes = (bytesInOutput: number) => ({ bytesInOutput });

const metafile: Metafile = {
  inputs: {},
  outputs: {
    'dist/decide/index.mjs': {
      bytes: 0,
      exports: [],
      imports: [
        { path: 'node:https', kind: 'import-statement', external: true },
        { path: 'node:crypto', kind: 'import-statement', external: true },
        { path: 'node:http2', kind: 'dynamic-import', external: true },
      ],
      inputs: {
        '../repo/shared/pace.ts': bytes(10),
        'functions/decide/handler.ts': bytes(5),
        'node_modules/@aws-sdk/client-ecs/dist-es/ECSClient.js': bytes(40),
        'node_modules/@aws-sdk/client-ecs/dist-es/commands/RunTaskCommand.js': bytes(2),
        'node_modules/@aws-sdk/client-s3/dist-es/S3Client.js': bytes(0),
        'node_modules/zod/v4/core/util.js': bytes(7),
        'node_modules/zod/node_modules/@scope/inner/index.js': bytes(1),
      },
    },
  },
};

describe('what a bundle is made of', () => {
  it('sums up packages, most first, nested ones by themselves', () => {
    expect([...packagesIn(metafile, 'dist/decide/index.mjs')]).toEqual([
      ['@aws-sdk/client-ecs', 42],
      ['ballast', 15],
      ['zod', 7],
      ['@scope/inner', 1],
    ]);
  });

  it('a client of which nothing is left is no client of the bundle', () => {
    expect(clientsIn(metafile, 'dist/decide/index.mjs')).toEqual(['@aws-sdk/client-ecs']);
  });

  it('an output that does not exist is named', () => {
    expect(() => packagesIn(metafile, 'dist/other/index.mjs')).toThrow('dist/other/index.mjs');
  });

  it("knows Node's modules that are loaded at the start", () => {
    expect(nodeImportsIn(metafile)).toEqual(['node:crypto', 'node:https']);
  });

  it('reads from the imports which class makes a client', () => {
    const source = "import { ECSClient } from '@aws-sdk/client-ecs';\nimport { X } from './x.ts';\n";
    expect([...clientClasses(source)]).toEqual([['@aws-sdk/client-ecs', 'ECSClient']]);
  });
});
