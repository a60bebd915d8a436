import type { Ledger } from '../../shared/ports/ledger.ts';
import type { FunctionDeps } from './function-deps.ts';
import type { FunctionName } from './function-setups.ts';
import type { LoadedFunction } from './functions.ts';

/** A faulty variant of Ballast, put in from outside: the simulation has to notice it. */
export interface PlantedBug {
  readonly name: string;
  /** What is wrong, in one sentence. */
  readonly says: string;
  readonly ledger?: (ledger: Ledger) => Ledger;
  readonly deps?: (deps: FunctionDeps, name: FunctionName) => FunctionDeps;
  readonly loaded?: (loaded: LoadedFunction, name: FunctionName, deps: FunctionDeps) => LoadedFunction;
}
