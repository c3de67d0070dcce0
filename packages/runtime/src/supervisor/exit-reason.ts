import type { ServerExit } from '../drivers/driver.ts';
import type { InstanceSpec } from '../instance.ts';

/** How a server ended, in words that follow its name. */
export function describeExit(exit: ServerExit, spec: InstanceSpec): string {
  if (exit.outOfMemory) {
    const limit = spec.launch.driver === 'process' ? ` of ${spec.launch.limits.memoryMb} MB` : '';
    return `ran out of its memory limit${limit}`;
  }
  if (exit.signal !== null) return `was ended by ${exit.signal}`;
  return exit.code === null ? 'closed its connection' : `ended with exit code ${exit.code}`;
}
