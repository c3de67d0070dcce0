/** Which part of what an agent was granted an MCP URL serves. */
export interface Endpoint {
  /** The path after `/mcp`: `''`, `/toolbox` or `/toolbox/instance`. Names the endpoint in sessions. */
  readonly path: string;
  readonly toolbox: string | undefined;
  /** Present on the transparent endpoint of one server, where names stay as the server gave them. */
  readonly instance: string | undefined;
}

/** A path of HTTP with SSE (MCP 2024-11-05): where streams are opened, or where messages are posted. */
export interface SseTarget {
  readonly role: 'sse' | 'messages';
  readonly endpoint: Endpoint;
}

const pattern =
  /^\/(mcp|sse|messages)(?:\/([a-z][a-z0-9-]{0,31})(?:\/([a-z][a-z0-9-]{0,31}))?)?\/?(?:\?.*)?$/;

/** Reads the endpoint from a request's target; undefined when it is no MCP URL. */
export function parseEndpoint(target: string): Endpoint | undefined {
  const match = pattern.exec(target);
  return match?.[1] === 'mcp' ? endpointOf(match[2], match[3]) : undefined;
}

/** Reads what a request's target means to HTTP with SSE; undefined when it means nothing there. */
export function parseSseTarget(target: string): SseTarget | undefined {
  const match = pattern.exec(target);
  const role = match?.[1];
  if (role !== 'sse' && role !== 'messages') return undefined;
  return { role, endpoint: endpointOf(match?.[2], match?.[3]) };
}

function endpointOf(toolbox: string | undefined, instance: string | undefined): Endpoint {
  return {
    path:
      toolbox === undefined
        ? ''
        : instance === undefined
          ? `/${toolbox}`
          : `/${toolbox}/${instance}`,
    toolbox,
    instance,
  };
}
