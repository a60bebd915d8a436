import type { ServiceFacts } from './facts.ts';
import { type Html, html } from './html.ts';
import type { Look } from './look.ts';

/** What AWS allows in the names of clusters, services and Regions. */
const plainName = /^[A-Za-z0-9_-]+$/;

/** The service's name, as a link to its page in the ECS console where the console's address is known. */
export function serviceLink({ serviceArn, cluster, name }: ServiceFacts, { consoleUrl, palette }: Look): Html {
  const region = serviceArn.split(':')[3] ?? '';
  if (consoleUrl === undefined || ![cluster, name, region].every((part) => plainName.test(part))) {
    return html`<b>${name}</b>`;
  }
  const url = `${consoleUrl}/ecs/v2/clusters/${cluster}/services/${name}/health?region=${region}`;
  return html`<a href="${url}" target="_blank" rel="noopener noreferrer" style="color:${palette.link};font-weight:700;text-decoration:none">${name}</a>`;
}
