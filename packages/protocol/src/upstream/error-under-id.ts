import { type Envelope, textOf } from '../envelope/envelope.ts';
import { readEnvelope } from '../envelope/read-envelope.ts';

/** An error whose `id` is null, which answers what could not be read, as the answer to request `id`. */
export function errorUnderId({ bytes, error }: Envelope, id: number): Envelope {
  if (error === undefined) throw new Error('only an error can answer what was not read');
  const head = Buffer.from(`{"jsonrpc":"2.0","id":${id},"error":`);
  return readEnvelope(Buffer.concat([head, textOf(bytes, error), Buffer.from('}')]));
}
