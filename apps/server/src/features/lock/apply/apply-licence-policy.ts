import { setLicencePolicy } from '../../organizations/licence-policy.ts';
import type { ApplyContext } from './apply-context.ts';

export async function applyLicencePolicy({
  services,
  author,
  wanted: { licencePolicy },
}: ApplyContext): Promise<void> {
  if (licencePolicy) await setLicencePolicy(services, author, licencePolicy);
}
