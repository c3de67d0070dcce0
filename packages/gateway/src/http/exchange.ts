import type { IncomingMessage, ServerResponse } from 'node:http';

import { isAppError, newId } from '@plugboard/contracts';
import { buildError, EnvelopeError, rpcCodes, sendJson } from '@plugboard/protocol';

import { type RpcError, toRpcError } from '../call/rpc-error.ts';
import type { Endpoint } from '../endpoint.ts';
import type { AgentIdentity } from '../ports.ts';

/** One HTTP request to an MCP endpoint, known to come from an agent. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly identity: AgentIdentity;
  readonly endpoint: Endpoint;
}

/** Where failures that are nobody's fault but ours go. */
export type OnError = (error: unknown, reference?: string) => void;

type Headers = Readonly<Record<string, string>>;

/** Answers with an error that belongs to no JSON-RPC request. */
export function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Headers = {},
): void {
  sendRpcError(response, status, null, { code: rpcCodes.invalidRequest, message }, headers);
}

/** Answers with a JSON-RPC error, unless something was answered already or nobody listens. */
export function sendRpcError(
  response: ServerResponse,
  status: number,
  id: string | null,
  error: RpcError,
  headers: Headers = {},
): void {
  if (response.headersSent || response.destroyed) return;
  sendJson(response, status, [buildError(id, error.code, error.message, error.data)], headers);
}

/** What an agent is told of a failure; one that was not expected is reported under a reference. */
export function describeFailure(error: unknown, onError: OnError): RpcError {
  const reference = newId();
  if (!isAppError(error) && !(error instanceof EnvelopeError)) onError(error, reference);
  return toRpcError(error, reference);
}

/** The HTTP status of a failure that is met before a JSON-RPC request is at work. */
export function statusOfFailure(error: unknown): number {
  if (error instanceof EnvelopeError) return 400;
  return isAppError(error) ? error.status : 500;
}
