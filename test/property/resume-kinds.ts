import type { ResumeEnd } from '../../shared/decisions/work.ts';

/** A task definition with its tags, who starts tasks of it, and what Ballast is to do with them. */
export interface JobKind {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly startedBy?: string;
  /** The task definition opted in to being started again. */
  readonly isJob: boolean;
  /** 0 where it is never started again. */
  readonly resumesMax: number;
  /** Why it is never started again, other than for its attempts. */
  readonly never?: ResumeEnd;
  readonly onDemand: boolean;
  readonly hasHook: boolean;
  /** How long its hook's report is waited for once it has stopped. */
  readonly waitMs: number;
}

const job = { isJob: true, onDemand: true, hasHook: false, waitMs: 0 };
/** The first three are started again; the others never, each for a reason of its own. */
export const kinds: readonly JobKind[] = [
  { ...job, name: 'plain', tags: { 'ballast:resume': 'true' }, resumesMax: 3 },
  {
    ...job,
    name: 'saving',
    tags: { 'ballast:resume': 'true', 'ballast:checkpoint': 'in-task', 'ballast:max-resumes': '2' },
    hasHook: true,
    waitMs: 15_000,
    resumesMax: 2,
  },
  {
    ...job,
    name: 'slow',
    tags: {
      'ballast:resume': 'true',
      'ballast:checkpoint': 'slow',
      'ballast:max-resumes': '2',
      'ballast:fallback': 'none',
    },
    hasHook: true,
    waitMs: 300_000,
    onDemand: false,
    resumesMax: 2,
  },
  { ...job, name: 'no-job', tags: { 'ballast:checkpoint': 'in-task' }, isJob: false, hasHook: true, resumesMax: 0 },
  {
    ...job,
    name: 'observed',
    tags: { 'ballast:resume': 'true', 'ballast:mode': 'observe' },
    never: 'observe',
    resumesMax: 0,
  },
  { ...job, name: 'once', tags: { 'ballast:resume': 'true', 'ballast:max-resumes': '0' }, resumesMax: 0 },
  {
    ...job,
    name: 'orchestrated',
    tags: { 'ballast:resume': 'true' },
    startedBy: 'chronos-schedule/nightly',
    never: 'owned_by_orchestrator',
    resumesMax: 0,
  },
  {
    ...job,
    name: 'wrong',
    tags: { 'ballast:resume': 'true', 'ballast:max-resumes': 'many' },
    never: 'policy_invalid',
    resumesMax: 0,
  },
];
