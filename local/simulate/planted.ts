import { plantedBugs } from './planted-bugs.ts';
import { runInWorker } from './workers.ts';

/** Which invariant notices each variant, and after how many seeds. @returns the exit status. */
export async function comparePlanted(seeds: number, workers: number): Promise<number> {
  const left = [...plantedBugs];
  let unnoticed = 0;
  const work = async (): Promise<void> => {
    for (let bug = left.shift(); bug !== undefined; bug = left.shift()) {
      const { name, says } = bug;
      const { violations, storms } = await runInWorker({ from: 1, seeds, step: 1, bugName: name, stopAtFirst: true });
      const [first] = violations;
      if (first === undefined) unnoticed += 1;
      const noticed = first === undefined ? `NOT NOTICED in ${storms} seeds` : `${first.invariant}, seed ${storms}`;
      console.log(`${name.padEnd(34)} ${noticed.padEnd(36)} ${says}`);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  console.log(`${plantedBugs.length - unnoticed} of ${plantedBugs.length} are noticed`);
  return unnoticed === 0 ? 0 : 1;
}
