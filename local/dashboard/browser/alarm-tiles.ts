import type { ShownAlarm } from '../shown.ts';
import { element } from './element.ts';
import { lengthText } from './text.ts';

const words = { OK: 'OK', ALARM: 'In alarm', INSUFFICIENT_DATA: 'No data' } as const;
const signs = { OK: '✓', ALARM: '▲', INSUFFICIENT_DATA: '…' } as const;

/** State by sign, word and colour: never by colour alone. */
export function stateBadge(state: ShownAlarm['state']): HTMLElement {
  return element(
    'span',
    { class: `state ${state}` },
    element('i', { 'aria-hidden': true }, signs[state]),
    words[state],
  );
}

/** The tiles of an alarm widget. */
export function alarmTiles(alarms: readonly ShownAlarm[], nowMs: number): HTMLElement {
  return element(
    'ul',
    { class: 'tiles' },
    ...alarms.map((alarm) =>
      element(
        'li',
        { class: `tile ${alarm.state}`, title: alarm.meaning },
        stateBadge(alarm.state),
        element('span', { class: 'name' }, shortName(alarm.name)),
        element('small', {}, alarm.sinceMs === undefined ? '' : `${lengthText(nowMs - alarm.sinceMs)}`),
      ),
    ),
  );
}

/** Without the stack's prefix, which all of them have. */
export function shortName(name: string): string {
  return name.replace(/^ballast-[^-]+-/, '');
}
