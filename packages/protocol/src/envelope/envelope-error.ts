/** JSON-RPC 2.0 section 5.1, and MCP's use of it. */
export const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
} as const;

export type EnvelopeFault = 'syntax' | 'batch' | 'invalid';

/** Bytes that are not one JSON-RPC 2.0 message. The message may be shown to whoever sent them. */
export class EnvelopeError extends Error {
  readonly fault: EnvelopeFault;
  /** The JSON-RPC error code to answer with. */
  readonly rpcCode: number;

  constructor(fault: EnvelopeFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EnvelopeError';
    this.fault = fault;
    this.rpcCode = fault === 'syntax' ? rpcCodes.parseError : rpcCodes.invalidRequest;
  }
}
