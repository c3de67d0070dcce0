const colon = 0x3a;
const space = 0x20;

const names = (['data', 'event', 'id', 'retry'] as const).map((name) => ({
  name,
  bytes: Buffer.from(name),
}));

export interface EventField {
  /** Undefined for a field that no reader knows. */
  readonly name: 'data' | 'event' | 'id' | 'retry' | undefined;
  readonly value: Buffer;
}

/** Cuts a line of an event stream at its first colon, less one space behind it. */
export function decodeEventField(line: Buffer): EventField {
  const end = nameEnd(line);
  const name = names.find(({ bytes }) => isName(line, end, bytes))?.name;
  const start = line[end + 1] === space ? end + 2 : end + 1;
  return { name, value: line.subarray(Math.min(start, line.length)) };
}

/** Known names are short: a colon further on belongs to an unknown field. */
function nameEnd(line: Buffer): number {
  const last = Math.min(line.length, 8);
  for (let at = 0; at < last; at += 1) {
    if (line[at] === colon) return at;
  }
  return line.length;
}

function isName(line: Buffer, end: number, name: Buffer): boolean {
  if (end !== name.length) return false;
  for (let at = 0; at < end; at += 1) {
    if (line[at] !== name[at]) return false;
  }
  return true;
}
