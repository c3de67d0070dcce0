const newline = 10;

/**
 * Cuts a byte stream into lines and hands over each without its newline. A line is valid only
 * during the call: it may lie in a buffer that is used again.
 */
export function createLineReader(onLine: (line: Buffer) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const piece = chunk.subarray(start, end);
      start = end + 1;
      if (parts.length === 0) {
        onLine(piece);
      } else {
        parts.push(piece);
        const line = Buffer.concat(parts);
        parts = [];
        onLine(line);
      }
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  };
}

/** The number that ends a JSON-RPC message whose last member is its id; -1 when there is none. */
export function idAtEnd(line: Buffer): number {
  let id = 0;
  let scale = 1;
  let digits = 0;
  for (let at = line.length - 2; at >= 0; at--, digits++) {
    const digit = (line[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    id += digit * scale;
    scale *= 10;
  }
  return digits === 0 ? -1 : id;
}
