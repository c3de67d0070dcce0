import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  /** CPU time of all its threads so far, user and system. */
  readonly cpuMs: number;
}

/** The kernel tells CPU time to programs in hundredths of a second on every Linux. */
const msPerTick = 10;

/** Every process of the machine. */
export function readProcessTable(): Map<number, ProcessEntry> {
  const table = new Map<number, ProcessEntry>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (Number.isNaN(pid)) continue;
    const stat = readOrNothing(`/proc/${pid}/stat`);
    const nameEnd = stat.lastIndexOf(')');
    if (nameEnd < 0) continue;
    const fields = stat.slice(nameEnd + 2).split(' ');
    table.set(pid, {
      pid,
      parent: Number(fields[1]),
      command: stat.slice(stat.indexOf('(') + 1, nameEnd),
      cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick,
    });
  }
  return table;
}

/** CPU time that all cores together have spent on anything, in ms. */
export function readBusyMs(): number {
  const fields = readOrNothing('/proc/stat').split('\n', 1)[0]?.split(/\s+/).slice(1, 9) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = fields.map(Number);
  return (user + nice + system + irq + softIrq + steal) * msPerTick;
}

/** Resident memory; 0 when the process is gone. */
export function residentBytes(pid: number): number {
  return kilobytes(`/proc/${pid}/status`, /VmRSS:\s+(\d+)/);
}

/** Memory with shared pages divided among those who share them; 0 when the process is gone. */
export function proportionalBytes(pid: number): number {
  return kilobytes(`/proc/${pid}/smaps_rollup`, /Pss:\s+(\d+)/);
}

function kilobytes(path: string, field: RegExp): number {
  return Number(field.exec(readOrNothing(path))?.[1] ?? 0) * 1_024;
}

/** Processes end while they are looked at: theirs is then the empty text. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
