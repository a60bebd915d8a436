/** The one tag of a bridge: the ARN of its primary. Fixed, whatever prefix the services' own tags have. */
export const bridgeOfTag = 'ballast:bridge-of';
