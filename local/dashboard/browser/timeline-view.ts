import type { ShownHappening, ShownTimeline } from '../shown.ts';
import { element } from './element.ts';
import { clock } from './text.ts';

/** What happens, as it happens: the newest at the end, which stays in sight unless somebody has scrolled away. */
export interface TimelineView {
  show(timeline: ShownTimeline): void;
}

const words: Readonly<Record<ShownHappening['kind'], string>> = {
  act: '',
  notice: 'notice',
  ecs: 'ECS',
  decision: 'decision',
  write: 'AWS write',
  bus: 'event',
  alarm: 'alarm',
  log: 'log',
};

const linesMax = 1_500;

export function createTimelineView(place: HTMLElement): TimelineView {
  const story = element('p', { class: 'summary' });
  const list = element('ol', { class: 'timeline', tabindex: 0, 'aria-label': 'Timeline', 'aria-live': 'off' });
  place.replaceChildren(story, list);
  let last = 0;
  return {
    show({ story: text, happenings }) {
      story.textContent = text;
      const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 40;
      const fresh = happenings.filter(({ number }) => number > last);
      last = happenings.at(-1)?.number ?? last;
      list.append(...fresh.map(line));
      while (list.childElementCount > linesMax) list.firstElementChild?.remove();
      if (isAtEnd && fresh.length > 0) list.scrollTop = list.scrollHeight;
    },
  };
}

function line({ atMs, kind, tone, text }: ShownHappening): HTMLElement {
  return element(
    'li',
    { class: `${kind} ${tone}` },
    element('time', {}, clock(atMs, true)),
    element('span', { class: 'kind' }, words[kind]),
    element('span', { class: 'text' }, text),
  );
}
