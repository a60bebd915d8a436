import type { Opaque } from './ecs.ts';

/** What of a task's launch only Amazon EC2 tells. Same errors as `Ecs`. */
export interface Ec2 {
  /** The network interface, `undefined` when it is gone. */
  networkInterface(
    networkInterfaceId: string,
  ): Promise<{ readonly securityGroups: readonly string[]; readonly hasPublicIp: boolean } | undefined>;
  /** AWS's `TaskManagedEBSVolumeConfiguration` for a new volume like this one, without roleArn and terminationPolicy. */
  volumeLike(volumeId: string): Promise<Opaque | undefined>;
}
