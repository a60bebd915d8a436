import { type Draw, drawOf } from './draw.ts';

/** What goes wrong on purpose. Each has to occur in a run, or the run has shown nothing about it. */
export const faultKinds = [
  'event duplicated',
  'event overtaken',
  'event delayed',
  'event dropped',
  'message delivered twice',
  'message comes again too early',
  'poison message',
  'crash before a call',
  'crash after a call',
  'function times out',
  'AWS throttles',
  'AWS times out before the effect',
  'AWS reply lost after the effect',
  'AWS call repeated by the SDK',
  'ledger fails before the write',
  'ledger fails after the write',
  'ledger write repeated by the SDK',
  'queue refuses a message',
  'queue reply lost',
  'bus refuses events',
  'gauges refused',
  'hook fails',
  'clocks differ',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Where a call goes; what can go wrong differs. */
export type Port = 'aws' | 'ledger' | 'queue' | 'bus' | 'gauges';

const atPort: Readonly<Record<Port, readonly FaultKind[]>> = {
  aws: [
    'AWS throttles',
    'AWS times out before the effect',
    'AWS reply lost after the effect',
    'AWS call repeated by the SDK',
  ],
  ledger: ['ledger fails before the write', 'ledger fails after the write', 'ledger write repeated by the SDK'],
  queue: ['queue refuses a message', 'queue reply lost'],
  bus: ['bus refuses events'],
  gauges: ['gauges refused'],
};
const atAnyPort: readonly FaultKind[] = ['crash before a call', 'crash after a call', 'function times out'];

export interface Faults {
  /** The fault that hits this call, if any. */
  atCall(port: Port, nowMs: number): FaultKind | undefined;
  /** Whether a fault of this kind hits now. */
  strikes(kind: FaultKind, nowMs: number): boolean;
  /** Milliseconds by which a function environment's clock is off. */
  skewMs(): number;
  readonly skewMostMs: number;
  readonly draw: Draw;
  readonly seen: Map<FaultKind, number>;
  readonly endsAtMs: number;
}

/** How often a kind hits, per thousand chances. Events are fewer than calls. */
const perThousand = (kind: FaultKind): number => {
  if (kind === 'poison message') return 20;
  if (kind.startsWith('event') || kind.startsWith('message')) return 150;
  if (kind === 'gauges refused' || kind === 'hook fails' || kind === 'bus refuses events') return 300;
  return kind.startsWith('crash') || kind.startsWith('function') ? 8 : 40;
};

/** Every storm has some kinds, each at a rate of its own, until a moment; then nothing goes wrong any more. */
export function createFaults(seed: number, endsAtMs: number): Faults {
  const setup = drawOf(seed, 'fault rates');
  const draw = drawOf(seed, 'faults');
  const calm = setup.chance(0.1);
  const rates = new Map<FaultKind, number>(
    faultKinds.map((kind) => [kind, !calm && setup.chance(0.4) ? (perThousand(kind) * setup.next()) / 1_000 : 0]),
  );
  const skewMax = rates.get('clocks differ') === 0 ? 0 : setup.pick([250, 500, 1_000, 2_000]);
  const seen = new Map<FaultKind, number>();
  const byPort = new Map(
    Object.entries(atPort).map(([port, kinds]) => [
      port,
      [...kinds, ...atAnyPort].map((kind) => ({ kind, rate: rates.get(kind) ?? 0 })).filter(({ rate }) => rate > 0),
    ]),
  );
  const note = (kind: FaultKind): FaultKind => {
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return kind;
  };

  return {
    draw,
    seen,
    endsAtMs,
    skewMostMs: skewMax,
    atCall(port, nowMs) {
      const possible = byPort.get(port) ?? [];
      if (possible.length === 0 || nowMs >= endsAtMs) return undefined;
      let lot = draw.next();
      for (const { kind, rate } of possible) {
        if (lot < rate) return note(kind);
        lot -= rate;
      }
      return undefined;
    },
    strikes(kind, nowMs) {
      const rate = rates.get(kind) ?? 0;
      if (rate === 0 || nowMs >= endsAtMs || draw.next() >= rate) return false;
      note(kind);
      return true;
    },
    skewMs() {
      if (skewMax === 0) return 0;
      note('clocks differ');
      return draw.between(-skewMax, skewMax);
    },
  };
}
