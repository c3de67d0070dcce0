import { oc, ORPCError } from '@orpc/contract';
import { z } from 'zod';

import { AppError, type ErrorCode, errorKinds } from '../errors.ts';

/** What the API answers besides code and message when a request fails. */
const apiErrorDataSchema = z.object({
  retryAfterMs: z.number().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
  requestId: z.string(),
});

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the keys' type
const errorCodes = Object.keys(errorKinds) as [ErrorCode, ...ErrorCode[]];

/** The JSON body of every answer of the API with a status of 400 or more. */
export const apiErrorBodySchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  ...apiErrorDataSchema.shape,
});

export type ApiErrorBody = z.output<typeof apiErrorBodySchema>;
export type ApiErrorData = z.output<typeof apiErrorDataSchema>;

type ApiErrorMap = Record<ErrorCode, { status: number; data: typeof apiErrorDataSchema }>;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets the keys' type
const apiErrors = Object.fromEntries(
  errorCodes.map((code) => [code, { status: errorKinds[code].status, data: apiErrorDataSchema }]),
) as ApiErrorMap;

/** The start of every procedure of the contract: it can fail with any code. */
export const procedure = oc.errors(apiErrors);

/**
 * Reads the body of a failed answer; give it to the client's link as `customErrorResponseBodyDecoder`.
 * Undefined when the body is not one of Plugboard's, such as a proxy's page.
 */
export function decodeApiError(body: unknown): ORPCError<ErrorCode, ApiErrorData> | undefined {
  const parsed = apiErrorBodySchema.safeParse(body);
  if (!parsed.success) return undefined;
  const { code, message, ...data } = parsed.data;
  return new ORPCError(code, { defined: true, status: errorKinds[code].status, message, data });
}

/**
 * Turns what the typed client threw, at once or in the middle of a stream, into the `AppError` that
 * the server meant, with `requestId` among its details. Undefined when it is something else, such as
 * a refused connection.
 */
export function appErrorFromApi(error: unknown): AppError | undefined {
  if (!(error instanceof ORPCError)) return undefined;
  const data: unknown = error.data;
  const body = apiErrorBodySchema.safeParse({
    ...(typeof data === 'object' && data),
    code: error.code,
    message: error.message,
  });
  if (!body.success) return undefined;
  const { code, message, retryAfterMs, details, requestId } = body.data;
  return new AppError(code, message, {
    cause: error,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    details: { ...details, requestId },
  });
}
