import { type Era, modernVersions } from '@plugboard/protocol';
import { z } from 'zod';

/** What a server said of itself when it was connected to. */
export interface Hello {
  /** The newest that both speak. */
  readonly protocolVersion: string | undefined;
  /** Servers of the modern era need not tell. */
  readonly serverInfo: { readonly name: string; readonly version: string } | undefined;
}

const serverInfoSchema = z.object({ name: z.string(), version: z.string() });
const serverInfoKey = 'io.modelcontextprotocol/serverInfo';

const initializeSchema = z.object({
  protocolVersion: z.string().optional().catch(undefined),
  serverInfo: serverInfoSchema.optional().catch(undefined),
});

const discoverSchema = z.object({
  supportedVersions: z.array(z.string()).catch([]),
  _meta: z
    .object({ [serverInfoKey]: serverInfoSchema.optional().catch(undefined) })
    .catch({ [serverInfoKey]: undefined }),
});

/** Reads the raw JSON text of an initialize result, or of a discover result in the modern era. */
export function readHello(era: Era, text: string): Hello {
  const parsed: unknown = JSON.parse(text);
  if (era === 'legacy') {
    const { protocolVersion, serverInfo } = initializeSchema.parse(parsed);
    return { protocolVersion, serverInfo };
  }
  const { supportedVersions, _meta } = discoverSchema.parse(parsed);
  const protocolVersion = modernVersions.find((each) => supportedVersions.includes(each));
  return { protocolVersion, serverInfo: _meta[serverInfoKey] };
}
