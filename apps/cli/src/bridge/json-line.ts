/**
 * The text of a JSON message as one line. Line breaks in JSON stand between tokens only, never inside a
 * string, so that a space in their place changes nothing.
 */
export function asLine(text: string): string {
  return text.trim().replaceAll(/[\r\n]+/g, ' ');
}

/** The parts of a message that a bridge acts upon. */
export interface MessageParts {
  readonly id: string | number | undefined;
  readonly method: string | undefined;
  readonly protocolVersion: string | undefined;
}

/** Reads those parts; undefined when the text is not a JSON-RPC message. */
export function readParts(text: string): MessageParts | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(message)) return undefined;
  const { id, method, result } = message;
  return {
    id: typeof id === 'string' || typeof id === 'number' ? id : undefined,
    method: typeof method === 'string' ? method : undefined,
    protocolVersion:
      isRecord(result) && typeof result.protocolVersion === 'string'
        ? result.protocolVersion
        : undefined,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The error that a client gets for a request that could not be delivered. */
export function errorLine(id: string | number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_000, message } });
}
