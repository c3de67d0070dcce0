import { AppError } from '@plugboard/contracts';

/** Error codes that the modern protocol has reserved (MCP 2026-07-28, basic). */
export const modernCodes = {
  /** A mirrored header is missing or says something else than the body. */
  headerMismatch: -32020,
  /** Answering needs a capability that the client has not declared with its request. */
  missingClientCapability: -32021,
  unsupportedVersion: -32022,
} as const;

/**
 * A request of the modern protocol that its own rules refuse, with the JSON-RPC error code to answer,
 * `data` for its error, and the HTTP status that the specification asks for.
 */
export class ModernError extends AppError {
  readonly rpcCode: number;
  readonly httpStatus: number;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(
    rpcCode: number,
    message: string,
    options: { data?: Readonly<Record<string, unknown>>; httpStatus?: number } = {},
  ) {
    super('invalid_input', message);
    this.name = 'ModernError';
    this.rpcCode = rpcCode;
    this.httpStatus = options.httpStatus ?? 400;
    this.data = options.data;
  }
}
