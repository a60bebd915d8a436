import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openWorkshop } from './bundles/build.ts';
import { compositionLines, compositionsOf } from './bundles/composition.ts';
import { importRows } from './bundles/import-time.ts';
import { sizeRows } from './bundles/sizes.ts';
import { cpuRows, memoryRows } from './drain/rows.ts';
import { machineNow } from './machine.ts';
import { progress } from './progress.ts';
import { missedIn } from './row.ts';
import { stormRows } from './storm/rows.ts';
import { tableLines } from './table.ts';

const help = `npm run bench              measures bundles, CPU, memory, AWS requests and delays, and prints one table;
                           the exit status is 1 where a goal was missed
npm run bench -- --quick   the same with fewer runs: for a first look, not for a comparison
npm run bench -- --json    one JSON document instead of the table

docs/benchmark.md tells what each row means. It takes five minutes on an idle machine with two cores, --quick two.
`;

/** Runs of each measurement; they are interleaved. */
const thorough = { importRounds: 9, cpuRounds: 5, memoryRounds: 3 };
const quick = { importRounds: 3, cpuRounds: 2, memoryRounds: 1 };

const options = readArguments();
if (options.help) process.stdout.write(help);
else await bench(options.quick ? quick : thorough, options.json);

async function bench(rounds: typeof thorough, asJson: boolean): Promise<void> {
  const before = machineNow();
  const startedAt = new Date();
  progress('building the bundles and what they are compared with');
  const workshop = await openWorkshop();
  try {
    const rows = [
      ...(await sizeRows(workshop.bundles)),
      ...(await importRows(workshop, rounds.importRounds)),
      ...(await cpuRows(workshop, rounds.cpuRounds)),
      ...(await memoryRows(workshop, rounds.memoryRounds)),
      ...(await stormRows()),
    ];
    const missed = missedIn(rows);
    const compositions = compositionsOf(workshop);
    const load = [before.load, machineNow().load];
    if (asJson) {
      const document = { startedAt, machine: before, load, rounds, rows, compositions, missed: missed.length };
      console.log(JSON.stringify(document, null, 2));
    } else {
      const { cpu, cpus, memoryGiB, node } = before;
      console.log(`${startedAt.toISOString()}, ${cpus} × ${cpu}, ${memoryGiB} GiB, Node ${node}`);
      console.log(
        `load at start and end ${load.map((one) => one.toFixed(1)).join(', ')}; median (least–most) of ${rounds.importRounds} imports, ${rounds.cpuRounds} storms, ${rounds.memoryRounds} for memory\n`,
      );
      for (const line of tableLines(rows)) console.log(line);
      console.log('\nwhat the bundles are made of, KB minified before gzip');
      for (const line of compositionLines(compositions)) console.log(line);
      console.log(`\n${missed.length === 0 ? 'every goal met' : `goals missed: ${missed.length}`}`);
    }
    if (missed.length > 0) process.exitCode = 1;
  } finally {
    await rm(workshop.folder, { recursive: true, force: true });
  }
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exit(2);
  }
}
