import { OpenAPIHandler } from '@orpc/openapi/fetch';
import { ORPCError } from '@orpc/server';
import { AppError, apiPrefix } from '@plugboard/contracts';
import { type ApiErrorBody, maxBackupBytes, maxLockBytes } from '@plugboard/contracts/api';
import type { Logger } from 'pino';

import { type ApiError, presentApiError, toApiError } from './api-error.ts';
import type { ApiContext } from './context.ts';
import { router } from './router.ts';

const megabyte = 1024 * 1024;

/** Arguments of calls are the largest thing that most of the API is sent. */
const maxBodyBytes = 4 * megabyte;

/** Backups come in base64, and documents with what else is said of them. */
const maxBackupBodyBytes = Math.ceil(maxBackupBytes / 3) * 4 + 2 * maxLockBytes;
const largerBodies: ReadonlyMap<string, number> = new Map([
  ['/lock/plan', 2 * maxLockBytes],
  ['/lock/apply', 2 * maxLockBytes],
  ['/lock/backup/read', maxBackupBodyBytes],
  ['/lock/restore', maxBackupBodyBytes],
]);

interface ApiRequest {
  readonly context: ApiContext;
  readonly requestId: string;
  readonly log: Logger;
}

/**
 * Answers a request to the API; undefined when the contract has no such path. Rejects with
 * `AppError('payload_too_large')`; every other failure is in the answer.
 */
export type ApiHandler = (request: Request, options: ApiRequest) => Promise<Response | undefined>;

export function createApiHandler(): ApiHandler {
  const handler = new OpenAPIHandler<ApiContext & ApiRequest>(router, {
    customErrorResponseBodyEncoder: encodeError,
    interceptors: [
      async (call) => {
        const { requestId, log } = call.context;
        try {
          return await call.next();
        } catch (error) {
          throw toApiError(faultOfBody(error), requestId, log);
        }
      },
    ],
    clientInterceptors: [
      async (call) => {
        const { requestId, log } = call.context;
        try {
          return withMappedErrors(await call.next(), (error) => toApiError(error, requestId, log));
        } catch (error) {
          throw toApiError(error, requestId, log);
        }
      },
    ],
  });
  return async (request, options) => {
    const { response } = await handler.handle(await withBoundedBody(request), {
      prefix: apiPrefix,
      context: { ...options.context, ...options },
    });
    return response;
  };
}

/** The same request with its body read whole, unless that is larger than any the API needs. */
async function withBoundedBody(request: Request): Promise<Request> {
  const { method, headers, url, signal, body } = request;
  if (!body) return new Request(url, { method, headers, signal });
  const path = new URL(url).pathname.slice(apiPrefix.length);
  const most = largerBodies.get(path) ?? maxBodyBytes;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > most) {
      throw new AppError(
        'payload_too_large',
        `The body is larger than the ${Math.floor(most / megabyte)} MB that the API accepts.`,
      );
    }
    chunks.push(chunk);
  }
  return new Request(url, { method, headers, signal, body: Buffer.concat(chunks) });
}

/** Procedures' own failures are mapped before they get here: what is left is a body nobody can read. */
function faultOfBody(error: unknown): unknown {
  return error instanceof ORPCError ? error : new ORPCError('BAD_REQUEST', { cause: error });
}

function encodeError(error: ApiError): ApiErrorBody {
  return presentApiError(error);
}

/** A stream that fails half-way tells the same error as an answer that fails at once. */
function withMappedErrors<T>(output: T, map: (error: unknown) => ApiError): T {
  if (!isAsyncIterator(output)) return output;
  const next = output.next.bind(output);
  return Object.assign(output, {
    next: async (...args: []) => {
      try {
        return await next(...args);
      } catch (error) {
        throw map(error);
      }
    },
  });
}

function isAsyncIterator(value: unknown): value is AsyncIterableIterator<unknown> {
  return (
    typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value
  );
}
