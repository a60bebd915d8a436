import type { ShownAlarms, ShownDashboard, ShownTimeline } from '../shown.ts';
import { createAlarmsView } from './alarms-view.ts';
import { createDashboardView } from './dashboard-view.ts';
import { byId } from './element.ts';
import type { Theme } from './palette.ts';
import { clock, day } from './text.ts';
import { createTimelineView } from './timeline-view.ts';

/** The page: tabs, theme, time range, and a look at the region every two seconds. */

const everyMs = 2_000;
const tabs = [...document.querySelectorAll<HTMLButtonElement>('[role=tab]')];
const range = byId('range') as HTMLSelectElement;
const preference = matchMedia('(prefers-color-scheme: dark)');
const choices: Record<string, string> = {};

const views = {
  fleet: createDashboardView(byId('panel-fleet'), choose),
  service: createDashboardView(byId('panel-service'), choose),
  alarms: createAlarmsView(byId('panel-alarms')),
  timeline: createTimelineView(byId('panel-timeline')),
};
type Tab = keyof typeof views;

let theme: Theme = preference.matches ? 'dark' : 'light';
let tab: Tab = isTab(location.hash.slice(1)) ? (location.hash.slice(1) as Tab) : 'fleet';
let looks = 0;

function isTab(name: string): name is Tab {
  return Object.hasOwn(views, name);
}

function choose(id: string, value: string): void {
  choices[id] = value;
  void look();
}

async function look(): Promise<void> {
  looks += 1;
  const mine = looks;
  try {
    const asked = tab;
    const answer = await fetch(addressOf(asked));
    if (!answer.ok) throw new Error(`${answer.status}`);
    const shown: unknown = await answer.json();
    // A later look, or another tab, has been asked for meanwhile.
    if (mine !== looks || asked !== tab) return;
    // The server of this page wrote it, by the same types.
    if (asked === 'fleet' || asked === 'service') views[asked].show(shown as ShownDashboard, theme);
    else if (asked === 'alarms') views.alarms.show(shown as ShownAlarms, theme);
    else views.timeline.show(shown as ShownTimeline);
    const { nowMs } = shown as { nowMs: number };
    byId('now').textContent = `${day(nowMs)} ${clock(nowMs, true)} UTC`;
    byId('connection').textContent = '';
    document.documentElement.dataset.shown = asked;
  } catch {
    byId('connection').textContent = 'The region has ended, or does not answer.';
  }
}

function addressOf(asked: Tab): string {
  if (asked !== 'fleet' && asked !== 'service') return `/api/${asked}`;
  const query = new URLSearchParams({ name: asked });
  if (range.value !== '') query.set('hours', range.value);
  for (const [id, value] of Object.entries(choices)) query.set(`variable-${id}`, value);
  return `/api/dashboard?${query}`;
}

function open(name: Tab): void {
  tab = name;
  history.replaceState(null, '', `#${name}`);
  for (const button of tabs) {
    const isOpen = button.id === `tab-${name}`;
    button.setAttribute('aria-selected', String(isOpen));
    button.tabIndex = isOpen ? 0 : -1;
    byId(button.getAttribute('aria-controls') ?? '').hidden = !isOpen;
  }
  byId('time-range').hidden = name !== 'fleet' && name !== 'service';
  void look();
}

function paint(next: Theme): void {
  theme = next;
  document.documentElement.dataset.theme = next;
  byId('theme').textContent = next === 'dark' ? 'Light' : 'Dark';
  byId('theme').setAttribute('aria-label', `Change to the ${next === 'dark' ? 'light' : 'dark'} theme`);
}

for (const [index, button] of tabs.entries()) {
  const name = button.id.slice('tab-'.length);
  button.addEventListener('click', () => {
    if (isTab(name)) open(name);
  });
  button.addEventListener('keydown', ({ key }) => {
    const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = tabs[(index + step + tabs.length) % tabs.length];
    next?.focus();
    next?.click();
  });
}
byId('theme').addEventListener('click', () => {
  paint(theme === 'dark' ? 'light' : 'dark');
  void look();
});
preference.addEventListener('change', ({ matches }) => {
  paint(matches ? 'dark' : 'light');
  void look();
});
range.addEventListener('change', () => void look());
addEventListener('resize', () => {
  if (tab !== 'timeline') views[tab].fit();
});
paint(theme);
open(tab);
setInterval(() => {
  // Nobody looks.
  if (!document.hidden) void look();
}, everyMs);
