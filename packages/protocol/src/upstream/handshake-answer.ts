import { AppError, isAppError } from '@plugboard/contracts';

import { type Envelope, textOf } from '../envelope/envelope.ts';
import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import { parseUnambiguous } from '../json/parse.ts';
import { isRecord } from '../json/record.ts';

/** What came back for a request of the handshake. */
export type HandshakeAnswer =
  | {
      readonly kind: 'result';
      /** Raw JSON text, a copy: a view would keep the whole chunk that it came in alive. */
      readonly text: Buffer;
      readonly value: unknown;
    }
  | {
      readonly kind: 'error';
      readonly code: number;
      readonly message: string;
      readonly data: unknown;
    };

/** Parses an answer to a request of the handshake. Throws `AppError` where it is no clear JSON. */
export function readHandshakeAnswer(answer: Envelope, method: string): HandshakeAnswer {
  const { bytes, result, error } = answer;
  try {
    if (result !== undefined) {
      const value = parseUnambiguous(bytes, result);
      return { kind: 'result', text: Buffer.from(textOf(bytes, result)), value };
    }
    const value = error && parseUnambiguous(bytes, error);
    const { code, message, data } = isRecord(value) ? value : {};
    return {
      kind: 'error',
      code: Number(code),
      message: typeof message === 'string' ? message : '',
      data,
    };
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    throw new AppError('upstream_failed', `the server answered "${method}" with invalid JSON`, {
      cause,
    });
  }
}

/** The failure of a request of the handshake that the server answered with an error. */
export function refusal(method: string, code: number, message: string): AppError {
  const why = message === '' ? '' : `: ${quoted(message)}`;
  return new AppError(
    'upstream_failed',
    `the server refused "${method}" with error ${code}${why}`,
    { details: { rpcCode: code } },
  );
}

/** Whether the server answered a request of the handshake with an error. */
export function isRefusal(error: unknown): boolean {
  return isAppError(error) && error.details?.['rpcCode'] !== undefined;
}

/** Text of the server's, short and without control characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
