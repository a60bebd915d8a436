/** The members of a task event that its size stands in; whatever they are, the event is not lost for it. */
interface Told {
  readonly cpu?: unknown;
  readonly memory?: unknown;
  readonly attributes?: unknown;
  readonly ephemeralStorage?: unknown;
}

/** Fargate gives a task 200 at most. */
const storageGiBMax = 1_000;

/** CPU in units of 1024 per vCPU, memory in MiB, and what else a task is billed by; `undefined` where it is not told. */
export function sizeTold({ cpu, memory, attributes, ephemeralStorage }: Told) {
  const architecture = Array.isArray(attributes)
    ? attributes.find((attribute) => memberOf(attribute, 'name') === 'ecs.cpu-architecture')
    : undefined;
  const cpuArchitecture = memberOf(architecture, 'value');
  const sizeInGiB = memberOf(ephemeralStorage, 'sizeInGiB');
  return {
    cpu: wholeNumber(cpu),
    memory: wholeNumber(memory),
    cpuArchitecture: typeof cpuArchitecture === 'string' ? cpuArchitecture : undefined,
    ephemeralStorageGiB: typeof sizeInGiB === 'number' && sizeInGiB <= storageGiBMax ? sizeInGiB : undefined,
  };
}

/** `"256"` → 256; AWS writes strings, and other things where it knows nothing. */
function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'string' && /^[1-9]\d{0,6}$/.test(value) ? Number(value) : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
