/** CPU time of this process, user and system, all threads; what runs inside `without` is not counted. */
export interface CpuMeter {
  around<T>(work: () => Promise<T>): Promise<T>;
  /** Work of the test stand in the middle of what is measured. */
  without<T>(work: () => T): T;
  readonly cpuUs: number;
}

export function createCpuMeter(cpuUsage: () => { readonly user: number; readonly system: number }): CpuMeter {
  let sumUs = 0;
  const nowUs = (): number => {
    const { user, system } = cpuUsage();
    return user + system;
  };
  return {
    async around(work) {
      const startUs = nowUs();
      try {
        return await work();
      } finally {
        sumUs += nowUs() - startUs;
      }
    },
    without(work) {
      const startUs = nowUs();
      try {
        return work();
      } finally {
        sumUs -= nowUs() - startUs;
      }
    },
    get cpuUs() {
      return sumUs;
    },
  };
}
