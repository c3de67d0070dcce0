import {
  assemble,
  load,
  skipIfEqual,
  skipUnlessAnyBit,
  skipUnlessAtLeast,
  skipUnlessEqual,
  verdict,
} from './bpf.ts';
import type { Instruction } from './bpf.ts';
import { deniedSyscalls, inspectedSyscalls } from './syscalls.ts';

/** Architectures that the filter knows; on others servers run without one. */
export type FilterArchitecture = 'x64' | 'arm64';

const auditArchitectures = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;

const allow = 0x7fff0000;
const killProcess = 0x80000000;
const errno = (number: number): number => 0x00050000 | number;
const eperm = errno(1);
const enosys = errno(38);
const eafnosupport = errno(97);

/** Offsets in `struct seccomp_data`; arguments are 64 bits wide, their low half comes first. */
const syscallOffset = 0;
const architectureOffset = 4;
const argumentOffset = (index: number): number => 16 + index * 8;

const x32Bit = 0x40000000;

/** CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const unshareFlags = 0x7e020080;
/** The same for clone, where the low byte is a signal number. */
const cloneFlags = 0x7e020000;
/** TIOCSTI and TIOCLINUX type into a terminal, TIOCSETD loads a line discipline. */
const terminalRequests = [0x5412, 0x541c, 0x5423];
/** Plain Linux, Linux with 32-bit addresses, both with an old version number, and "tell me". */
const personalities = [0, 8, 0x20000, 0x20008, 0xffffffff];
/**
 * UNIX, INET, INET6, NETLINK. VSOCK above all is not: it ignores network namespaces and reaches the
 * host of a virtual machine.
 */
const socketFamilies = [1, 2, 10, 16];

/** The seccomp program for sandboxed servers, ready for the kernel. */
export function seccompFilter(architecture: FilterArchitecture): Buffer {
  const number = (name: keyof typeof inspectedSyscalls): number =>
    inspectedSyscalls[name][architecture];
  return assemble([
    load(architectureOffset),
    skipIfEqual(auditArchitectures[architecture], 1),
    verdict(killProcess),
    load(syscallOffset),
    // The x32 numbers mean the same calls and would walk around every rule below.
    ...(architecture === 'x64' ? [skipUnlessAtLeast(x32Bit, 1), verdict(killProcess)] : []),
    ...Object.values(deniedSyscalls).flatMap((numbers) => {
      const denied = numbers[architecture];
      return denied === undefined ? [] : [skipUnlessEqual(denied, 1), verdict(eperm)];
    }),
    // Its flags lie behind a pointer, out of a filter's reach; libraries fall back to clone.
    skipUnlessEqual(number('clone3'), 1),
    verdict(enosys),
    ...inspect(number('clone'), 0, [skipUnlessAnyBit(cloneFlags, 1), verdict(eperm)]),
    ...inspect(number('unshare'), 0, [skipUnlessAnyBit(unshareFlags, 1), verdict(eperm)]),
    ...inspect(
      number('ioctl'),
      1,
      terminalRequests.flatMap((request) => [skipUnlessEqual(request, 1), verdict(eperm)]),
    ),
    ...inspect(number('personality'), 0, onlyThese(personalities, eperm)),
    ...inspect(number('socket'), 0, onlyThese(socketFamilies, eafnosupport)),
    verdict(allow),
  ]);
}

/** Rules on one argument of one call; `rules` fall through to what comes after. */
function inspect(syscall: number, argument: number, rules: Instruction[]): Instruction[] {
  return [
    skipUnlessEqual(syscall, rules.length + 2),
    load(argumentOffset(argument)),
    ...rules,
    verdict(allow),
  ];
}

function onlyThese(values: readonly number[], otherwise: number): Instruction[] {
  return [
    ...values.flatMap((value) => [skipUnlessEqual(value, 1), verdict(allow)]),
    verdict(otherwise),
  ];
}
