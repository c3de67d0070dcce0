const data = Buffer.from('data: ');
const end = Buffer.from('\n\n');

/**
 * One server-sent event. A line break in the data would end its field, so such data takes one field
 * per line; the reader joins them with `\n`. In JSON a raw line break is only ever white space.
 */
export function encodeEvent(
  parts: readonly Buffer[],
  fields: { readonly id?: string; readonly event?: string; readonly retry?: number },
): Buffer {
  const head: Buffer[] = [];
  if (fields.event !== undefined) head.push(field('event', fields.event));
  if (fields.id !== undefined) head.push(field('id', fields.id));
  if (fields.retry !== undefined) head.push(field('retry', String(Math.round(fields.retry))));
  const lines = parts.some(hasLineBreak) ? [splitLines(parts)] : parts;
  return Buffer.concat([...head, data, ...lines, end]);
}

function field(name: string, value: string): Buffer {
  if (/[\r\n\0]/.test(value)) throw new Error(`an event's ${name} cannot hold a line break`);
  return Buffer.from(`${name}: ${value}\n`);
}

function hasLineBreak(part: Buffer): boolean {
  return part.includes(0x0a) || part.includes(0x0d);
}

function splitLines(parts: readonly Buffer[]): Buffer {
  const text = Buffer.concat(parts).toString('latin1');
  return Buffer.from(text.replace(/\r\n|\r|\n/g, '\ndata: '), 'latin1');
}
