import { AppError } from '@plugboard/contracts';
import {
  buildResult,
  type Envelope,
  idText,
  negotiateVersion,
  paramsText,
  sendJson,
} from '@plugboard/protocol';

import { textAt } from '../call/value-at.ts';
import { helloStarter, initializeResult, type ServerInfo } from '../methods/initialize.ts';
import type { AuditLog, Upstreams } from '../ports.ts';
import type { ChangeWatch } from '../session/changes.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Toolsets } from '../toolset/toolsets.ts';
import { describeFailure, type Exchange, type OnError, sendRpcError } from './exchange.ts';

export interface InitializeServices {
  readonly sessions: Sessions;
  readonly toolsets: Toolsets;
  readonly upstreams: Upstreams;
  readonly audit: AuditLog;
  readonly changes: ChangeWatch;
  readonly serverInfo: ServerInfo;
  readonly clock: () => number;
  readonly onError: OnError;
}

/** What a client may say of itself; it is kept with the session. */
const maxClientBytes = 64 * 1024;

/** `initialize`: makes a session and says what is behind the endpoint. */
export async function openSession(
  services: InitializeServices,
  exchange: Exchange,
  message: Envelope,
  params: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { response, identity, endpoint } = exchange;
  const id = idText(message) ?? 'null';
  try {
    const { session, result } = await initialize(services, exchange, message, params, (client) =>
      services.sessions.open(identity, endpoint, client),
    );
    sendJson(response, 200, [buildResult(id, result)], { 'mcp-session-id': session.id });
  } catch (error) {
    sendRpcError(response, 200, id, describeFailure(error, services.onError));
  }
}

/**
 * The result of `initialize`, as JSON text, and the session that `open` makes for the client, which is
 * watched and on record. Rejects with `AppError` when there is nothing to be used or said.
 */
export async function initialize(
  services: InitializeServices,
  { identity, endpoint }: Pick<Exchange, 'identity' | 'endpoint'>,
  message: Envelope,
  params: Readonly<Record<string, unknown>>,
  open: (client: { protocolVersion: string; params: string }) => Promise<Session>,
): Promise<{ readonly session: Session; readonly result: Buffer }> {
  const client = readClient(message, params);
  const { organizationId, agentId } = identity;
  const toolset = await services.toolsets.get(identity, endpoint);
  const startForHello = helloStarter(services.upstreams, identity);
  const { protocolVersion } = client;
  const result = await initializeResult(
    toolset,
    protocolVersion,
    services.serverInfo,
    startForHello,
  );
  const session = await open(client);
  session.shown = toolset.lists;
  await services.changes.watch(session);
  await services.audit.append(organizationId, {
    kind: 'session.opened',
    at: services.clock(),
    agentId,
    change: {
      endpoint: `/mcp${endpoint.path}`,
      tokenId: identity.tokenId,
      protocolVersion,
      client: nameOf(params['clientInfo']),
    },
  });
  return { session, result };
}

function readClient(
  message: Envelope,
  params: Readonly<Record<string, unknown>>,
): { protocolVersion: string; params: string } {
  const asked = params['protocolVersion'];
  if (typeof asked !== 'string') {
    throw new AppError(
      'invalid_input',
      'params.protocolVersion must be a version such as "2025-11-25"',
    );
  }
  const text = paramsText(message)?.toString() ?? '{}';
  if (text.length > maxClientBytes) {
    throw new AppError(
      'payload_too_large',
      `initialize: params may have ${maxClientBytes} bytes at most`,
    );
  }
  return { protocolVersion: negotiateVersion(asked), params: text };
}

function nameOf(clientInfo: unknown): string | undefined {
  const name = textAt(clientInfo, ['name']);
  if (name === undefined) return undefined;
  return `${name} ${textAt(clientInfo, ['version']) ?? ''}`.trim().slice(0, 200);
}
