import { bundleFunctions } from './bundle.ts';
import { writeFragments } from './fragments.ts';
import { root } from './root.ts';

/** `npm run build`: bundles into `dist/`, fragments of serverless.yml into `.build/`. */
await writeFragments(root);
await bundleFunctions(root);
