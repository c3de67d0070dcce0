import { AppError } from '@plugboard/contracts';
import { sql } from 'kysely';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { Actor } from '../../members/policy.ts';
import { requirePermission } from '../../members/require.ts';
import { readCard } from '../cards.ts';
import { viewerOf, visibleTo } from '../search/viewer.ts';

/**
 * `GET /catalog/icon?server=`: the picture of a server that this member may see. Outside of the
 * contract's procedures, which answer JSON. A picture from anywhere is shown as one and as nothing
 * else: opened by itself, an SVG runs no script and loads nothing.
 */
export async function answerIcon(
  services: Pick<AppServices, 'db' | 'icons'>,
  actor: Actor,
  request: Request,
): Promise<Response> {
  requirePermission(actor, 'catalog.read');
  const server = new URL(request.url).searchParams.get('server') ?? '';
  const url = await iconUrl(services, actor, server.slice(0, 200));
  const image = url === undefined ? undefined : await services.icons.load(url);
  if (!image) throw new AppError('not_found', 'There is no picture of this server.');
  return new Response(new Uint8Array(image.bytes), {
    headers: {
      'content-type': image.type,
      'content-length': String(image.bytes.length),
      'content-disposition': 'inline',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'cache-control': 'private, max-age=86400',
      'x-content-type-options': 'nosniff',
    },
  });
}

async function iconUrl(
  { db }: Pick<AppServices, 'db'>,
  { organizationId, role }: Actor,
  server: string,
): Promise<string | undefined> {
  const row = await withTenant(db, organizationId, async (tx) => {
    const { rows } = await sql<{ card: string }>`
      select t.card from catalog_servers s join catalog_server_texts t on t.server_id = s.id
      where s.name = ${server} and ${visibleTo(viewerOf(role))}
    `.execute(tx);
    return rows[0];
  });
  const icon = row && readCard(row.card).icon;
  return icon && 'src' in icon ? icon.src : undefined;
}
