import { AppError } from '@plugboard/contracts';

/** A body that ends with `AppError('payload_too_large')` as soon as it is longer than it may be. */
export async function* limitBody(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncIterable<Uint8Array> {
  let length = 0;
  // Leaving the loop by an error cancels the body, which ends its connection.
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > maxBytes) {
      throw new AppError('payload_too_large', `The answer is longer than ${maxBytes} bytes.`);
    }
    yield chunk;
  }
}
