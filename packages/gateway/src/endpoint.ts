/** Which part of what an agent was granted an MCP URL serves. */
export interface Endpoint {
  /** The path after `/mcp`: `''`, `/toolbox` or `/toolbox/instance`. Names the endpoint in sessions. */
  readonly path: string;
  readonly toolbox: string | undefined;
  /** Present on the transparent endpoint of one server, where names stay as the server gave them. */
  readonly instance: string | undefined;
}

const pattern = /^\/mcp(?:\/([a-z][a-z0-9-]{0,31})(?:\/([a-z][a-z0-9-]{0,31}))?)?\/?(?:\?.*)?$/;

/** Reads the endpoint from a request's target; undefined when it is no MCP URL. */
export function parseEndpoint(target: string): Endpoint | undefined {
  const match = pattern.exec(target);
  if (!match) return undefined;
  const [, toolbox, instance] = match;
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
