import type { ServiceFacts } from './facts.ts';
import { type Html, html } from './html.ts';
import type { Look } from './look.ts';

/** The service's name, as a link to its page in the ECS console where the console's address is known. */
export function serviceLink({ serviceArn, cluster, name }: ServiceFacts, { consoleUrl, palette }: Look): Html {
  if (consoleUrl === undefined) return html`<b>${name}</b>`;
  const region = serviceArn.split(':')[3] ?? '';
  const path = `/ecs/v2/clusters/${encodeURIComponent(cluster)}/services/${encodeURIComponent(name)}/health?region=${encodeURIComponent(region)}`;
  return html`<a href="${consoleUrl}${path}" target="_blank" rel="noopener noreferrer" style="color:${palette.link};font-weight:700;text-decoration:none">${name}</a>`;
}
