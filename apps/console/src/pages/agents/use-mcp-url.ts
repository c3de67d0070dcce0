import { useQuery } from '@tanstack/react-query';

import { orpc } from '../../api/client.ts';

/** The endpoint that serves an agent all that it was granted, as Plugboard calls itself. */
export function useMcpUrl(): string {
  const { data } = useQuery(orpc.toolboxes.list.queryOptions());
  const known = data?.toolboxes[0]?.mcpUrl;
  // A toolbox’s own endpoint lies below it.
  return known?.replace(/\/[^/]+$/, '') ?? `${location.origin}/mcp`;
}
