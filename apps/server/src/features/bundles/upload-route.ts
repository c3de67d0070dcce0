import { AppError } from '@plugboard/contracts';

import type { AppServices } from '../../app/services.ts';
import type { Actor } from '../members/policy.ts';
import { requirePermission } from '../members/require.ts';
import { sha256Pattern } from './bundle-files.ts';
import { storeBundle } from './store-bundle.ts';

/**
 * `POST /bundles` with the file as its body, and `?sha256=` for what it must be. Outside of the
 * contract's procedures, which read bodies whole and know JSON.
 */
export async function uploadBundle(
  services: AppServices,
  actor: Actor,
  request: Request,
  signal: AbortSignal,
): Promise<Response> {
  requirePermission(actor, 'bundle.upload');
  const sha256 = new URL(request.url).searchParams.get('sha256')?.toLowerCase();
  if (sha256 !== undefined && !sha256Pattern.test(sha256)) {
    throw new AppError('invalid_input', 'sha256: a SHA-256 has 64 hexadecimal digits.');
  }
  const bundle = await storeBundle(services, actor, request.body, { sha256, signal });
  return Response.json(bundle);
}
