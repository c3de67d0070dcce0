import {
  type Envelope,
  parameterHeaders,
  paramsText,
  type Upstream,
  withMember,
  withRequestMeta,
} from '@plugboard/protocol';

import { withoutTasks } from '../bridge/own-connections.ts';
import { headerParametersOf } from '../toolset/tool-traits.ts';
import type { CallClient } from './call-client.ts';
import type { ResolvedCall } from './resolve.ts';
import { valueAt } from './value-at.ts';

/** Raw `params` as the server is to have them: the agent's, but for the name where this endpoint had changed it. */
export function renamedParams(call: ResolvedCall, params: Buffer | undefined): Buffer | undefined {
  if (!params || !call.renamed) return params;
  const own = withMember(params, call.namePath, JSON.stringify(call.sentName));
  if (!own)
    throw new Error(`no member ${call.namePath.join('.')} in params that were resolved by it`);
  return own;
}

/** The same for a modern server, with what a legacy client said of itself in its session. */
export function speakingParams(
  upstream: Upstream,
  call: ResolvedCall,
  request: Envelope,
  client: CallClient,
): Buffer | undefined {
  const params = renamedParams(call, paramsText(request));
  return withRequestMeta(params, {
    protocolVersion: upstream.hello.protocolVersion,
    clientCapabilities: JSON.stringify(withoutTasks(client.capabilities)),
    clientInfo: client.info,
    logLevel: client.logLevel,
  });
}

/**
 * The `Mcp-Param-*` headers of a tool call to a modern server over HTTP; `others` are those that the
 * client sent and the tool's schema does not account for, which are passed on.
 */
export function headersFor(
  upstream: Upstream,
  call: ResolvedCall,
  params: unknown,
  others: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  if (upstream.mirrorsParams !== true) return undefined;
  const parameters = call.offering?.kind === 'tool' ? headerParametersOf(call.offering) : undefined;
  if (!parameters?.length) return others;
  return { ...others, ...parameterHeaders(parameters, valueAt(params, ['arguments'])) };
}
