import type { Capacity } from './capacity.ts';
import type { ServiceFacts } from './facts.ts';
import { type Html, html } from './html.ts';
import type { Palette } from './palette.ts';

/** How a service is treated: mode, fallback, and what keeps it from that. */
export function badges(
  { policy, paused }: ServiceFacts,
  capacity: Capacity | undefined,
  { ink, faint, tone }: Palette,
): Html {
  const held = policy.ok ? [] : [badge('wrong tag', `${policy.tag}: ${policy.problem}`, tone.obstacle)];
  const mode = policy.ok
    ? [
        badge(policy.policy.mode, `mode ${policy.policy.mode}`, policy.policy.mode === 'act' ? ink : faint),
        badge(policy.policy.fallback, `fallback ${policy.policy.fallback}`, faint),
      ]
    : [];
  return html`${held}${mode}${paused ? badge('paused', 'a person has paused it', tone.barred) : undefined}${
    capacity?.deploying === true ? badge('deploying', 'a deployment is in progress', tone.acting) : undefined
  }`;
}

function badge(text: string, title: string, colour: string): Html {
  return html`<span title="${title}" style="display:inline-block;border:1px solid ${colour};border-radius:8px;color:${colour};font-size:11px;line-height:14px;padding:0 6px;margin:2px 4px 0 0;white-space:nowrap">${text}</span>`;
}
