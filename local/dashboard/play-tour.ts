import { once } from 'node:events';
import { tour } from '../scenarios/tour.ts';
import { startDashboardServer } from './server.ts';
import { watchOnWire } from './watch-on-wire.ts';

/**
 * `npm start -- --dashboard`: the tour in a region with the deployed bundles, and its page. In a terminal the region goes
 * on after the last act until Ctrl-C; without one nobody could end it, so it ends by itself.
 */
export async function playTour(port: number): Promise<void> {
  const watched = await watchOnWire(tour, (line) => console.log(line));
  const server = await startDashboardServer(watched.source, port);
  console.log(`\nThe dashboards as they would be deployed: ${server.url}\n`);
  const ended = new AbortController();
  // A second Ctrl-C ends the process at once.
  void once(process, 'SIGINT').then(() => ended.abort());
  try {
    await watched.play(ended.signal);
    console.log(`\nThe script is over. ${summary(watched.source.alarmChanges)}`);
    if (process.stdin.isTTY && !ended.signal.aborted) {
      console.log(`The page stays until Ctrl-C: ${server.url}`);
      await watched.linger(ended.signal);
    }
  } finally {
    await server.stop();
    await watched.stop();
  }
}

function summary(changes: readonly { readonly alarm: string; readonly state: string }[]): string {
  const rung = new Set(changes.filter(({ state }) => state === 'ALARM').map(({ alarm }) => alarm));
  return `${rung.size} alarms have rung.`;
}
