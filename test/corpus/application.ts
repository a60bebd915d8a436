import { aHistory, type CorpusCase, exited, notStarted, running, stopped, times } from './history.ts';

/** The image runs, and what is in it ends. */
export const applicationCases: readonly CorpusCase[] = [
  {
    name: 'error at every start',
    history: aHistory({ outcome: 'failed', tasks: times(3, () => exited(1)) }),
    class: 'application',
    cause: 'crash_loop',
    confidence: 'high',
    why: 'Three of three ended with exit code 1 by themselves.',
  },
  {
    name: 'error at every start, told by events',
    history: aHistory({ outcome: 'failed', tasksFrom: 'events', tasks: times(4, () => exited(3)) }),
    class: 'application',
    cause: 'crash_loop',
    confidence: 'high',
    why: 'The same facts, from ECS Task State Change.',
  },
  {
    name: 'error of two tasks',
    history: aHistory({ tasks: [running(), running(), exited(2), exited(2)] }),
    class: 'application',
    cause: 'exit_code',
    confidence: 'high',
    why: 'Two alike are no accident; a loop it is from the third on.',
  },
  {
    name: 'error of one task of many',
    history: aHistory({ tasks: [...times(3, running), exited(1)] }),
    class: 'application',
    cause: 'exit_code',
    confidence: 'low',
    why: 'It is all that is known to fail, and three others run with the same revision.',
  },
  {
    name: 'out of memory, said of the task',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () =>
        stopped('EssentialContainerExited', 'OutOfMemoryError: container killed due to memory usage', {
          containers: [{ name: 'web', exitCode: 137 }],
        }),
      ),
    }),
    class: 'application',
    cause: 'out_of_memory',
    confidence: 'high',
    why: 'AWS says memory; 137 alone would not.',
  },
  {
    name: 'out of memory, said of the container',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () => exited(137, 'OutOfMemoryError: Container killed due to memory usage')),
    }),
    class: 'application',
    cause: 'out_of_memory',
    confidence: 'high',
    why: 'The task says only that a container exited.',
  },
  {
    name: 'killed, and nothing says by whom',
    history: aHistory({ outcome: 'failed', tasks: times(3, () => exited(137)) }),
    class: 'application',
    cause: 'killed',
    confidence: 'low',
    why: '137 is SIGKILL from anybody; without a word about memory nothing is proven.',
  },
  {
    name: 'terminated, and nothing says by whom',
    history: aHistory({ tasks: times(2, () => exited(143)) }),
    class: 'application',
    cause: 'terminated',
    confidence: 'low',
    why: '143 is SIGTERM, and ECS says that it stopped nobody.',
  },
  {
    name: 'command that is not found',
    history: aHistory({ outcome: 'failed', tasks: times(3, () => exited(127)) }),
    class: 'application',
    cause: 'command_not_found',
    confidence: 'high',
    why: 'A shell in the container ran and found no such command.',
  },
  {
    name: 'command that is not executable',
    history: aHistory({ tasks: times(2, () => exited(126)) }),
    class: 'application',
    cause: 'command_not_found',
    confidence: 'high',
    why: 'Found, and not executable.',
  },
  {
    name: 'segmentation fault',
    history: aHistory({ tasks: times(2, () => exited(139)) }),
    class: 'application',
    cause: 'segmentation_fault',
    confidence: 'high',
    why: '128 + SIGSEGV.',
  },
  {
    name: 'essential container that has done its work',
    history: aHistory({ outcome: 'failed', tasks: times(3, () => exited(0)) }),
    class: 'application',
    cause: 'exited_zero',
    confidence: 'medium',
    why: 'No error, but a service has to go on: mostly its command is a job.',
  },
  {
    name: 'sidecar that fails and takes the application along',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () =>
        stopped('EssentialContainerExited', 'Essential container in task exited', {
          containers: [
            { name: 'web', exitCode: 143 },
            { name: 'envoy', exitCode: 1 },
          ],
        }),
      ),
    }),
    class: 'application',
    cause: 'crash_loop',
    confidence: 'high',
    why: 'envoy ended with an error; web got SIGTERM for it.',
  },
  {
    name: 'error under an unknown stop code',
    history: aHistory({
      tasks: times(2, () =>
        stopped('SomethingNew', 'in words of its own', { containers: [{ name: 'web', exitCode: 1 }] }),
      ),
    }),
    class: 'application',
    cause: 'exit_code',
    confidence: 'low',
    why: 'The exit code is there; that it was the end of the task nobody says.',
  },
  {
    name: 'error beside as many ends in unknown words',
    history: aHistory({ tasks: [exited(1), exited(1), ...times(2, () => notStarted('SandboxQuarantineError'))] }),
    class: 'application',
    cause: 'exit_code',
    confidence: 'low',
    why: 'Half of it is explained.',
  },
  {
    name: 'without a stop code',
    history: aHistory({
      tasks: times(2, () =>
        stopped(undefined, 'Essential container in task exited', { containers: [{ name: 'web', exitCode: 1 }] }),
      ),
    }),
    class: 'application',
    cause: 'exit_code',
    confidence: 'high',
    why: 'The reason says what the stop code would.',
  },
];
