/** The machine that a program is made for, by its first bytes; `script` for one with a `#!` line. */
export function machineOf(head: Buffer): string | undefined {
  if (head.length >= 20 && head.readUInt32BE(0) === 0x7f454c46) {
    const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
    return `linux-${elfMachines.get(machine) ?? `machine ${machine}`}`;
  }
  if (head.length >= 8) {
    const magic = head.readUInt32LE(0);
    if (magic === 0xfeedfacf) return `darwin-${machMachines.get(head.readUInt32LE(4)) ?? 'other'}`;
    if (head.readUInt32BE(0) === 0xcafebabe) return 'darwin-universal';
  }
  if (head.subarray(0, 2).toString('latin1') === 'MZ') return 'win32';
  return head.subarray(0, 2).toString('latin1') === '#!' ? 'script' : undefined;
}

/** Whether a program for `machine` runs on a machine of this platform and architecture. */
export function runsOn(
  machine: string | undefined,
  platform: NodeJS.Platform,
  architecture: string,
): boolean {
  if (machine === undefined) return false;
  if (platform === 'win32') return machine === 'win32';
  return (
    machine === 'script' ||
    machine === `${platform}-${architecture}` ||
    machine === `${platform}-universal`
  );
}

const elfMachines = new Map([
  [0x03, 'ia32'],
  [0x28, 'arm'],
  [0x3e, 'x64'],
  [0xb7, 'arm64'],
  [0xf3, 'riscv64'],
]);

const machMachines = new Map([
  [0x01000007, 'x64'],
  [0x0100000c, 'arm64'],
]);
