/** The major version of Node that the functions run on, `nodejs24.x`. */
const lambdaMajor = 24;

/**
 * npm puts node_modules/.bin first in the path, so its scripts run on the `node` of package.json whatever the machine
 * has; a script started by hand on another Node would test something that is never deployed.
 */
export function assertLambdaNode(version: string = process.versions.node): void {
  const major = Number(version.split('.')[0]);
  if (major !== lambdaMajor) {
    throw new Error(
      `this is Node ${version}, the functions run on Node ${lambdaMajor}: use the npm scripts, or put node_modules/.bin ` +
        'first in PATH',
    );
  }
}
