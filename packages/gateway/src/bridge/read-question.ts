import { isAppError } from '@plugboard/contracts';
import {
  buildError,
  type Envelope,
  idText,
  missingCapabilities,
  paramsText,
  rpcCodes,
  type Upstream,
} from '@plugboard/protocol';

/** What servers may ask of clients; a client serves nothing else. */
const askable: ReadonlySet<string> = new Set([
  'elicitation/create',
  'sampling/createMessage',
  'roots/list',
]);

/** The largest question, in bytes: what is open stays in memory, for long. */
export const maxQuestionBytes = 4 * 1024 * 1024;

/** A server's request to a client. */
export interface Question {
  /** The server's id of it as JSON text. */
  readonly id: string;
  readonly method: string;
  readonly params: Buffer | undefined;
}

/** Why a server's request goes to no client. */
export type Unasked =
  | { readonly kind: 'refused'; readonly answer: Buffer }
  /** The client has not declared what it takes. */
  | {
      readonly kind: 'missing';
      readonly answer: Buffer;
      readonly required: Readonly<Record<string, unknown>>;
    };

/** Reads a server's request to a client that declared `capabilities`, or says what to answer it. */
export function readQuestion(
  message: Envelope,
  capabilities: Readonly<Record<string, unknown>>,
): { readonly kind: 'asked'; readonly question: Question } | Unasked {
  const id = idText(message) ?? 'null';
  const method = message.method ?? '';
  const refused = (code: number, text: string): Unasked => ({
    kind: 'refused',
    answer: buildError(id, code, text),
  });
  if (!askable.has(method)) {
    return refused(rpcCodes.methodNotFound, 'This client serves no such method.');
  }
  const view = paramsText(message);
  if (view && view.length > maxQuestionBytes) {
    return refused(rpcCodes.invalidParams, `A request may have ${maxQuestionBytes} bytes at most.`);
  }
  // Copied: a question can be open for long, and a view keeps the whole chunk alive that it came in.
  const params = view && Buffer.from(view);
  try {
    const required = missingCapabilities(capabilities, method, params);
    if (!required) return { kind: 'asked', question: { id, method, params } };
    const text = `This client has not declared what ${method} takes: ${JSON.stringify(required)}.`;
    const code = method === 'roots/list' ? rpcCodes.methodNotFound : rpcCodes.invalidParams;
    return { kind: 'missing', answer: buildError(id, code, text), required };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return refused(rpcCodes.invalidParams, error.message);
  }
}

/** Tells a server that its request will not be answered, and why. */
export function refuseQuestion(upstream: Upstream, id: string, why: string): void {
  upstream.respond(buildError(id, rpcCodes.internalError, why));
}
