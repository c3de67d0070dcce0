import { passkey } from '@better-auth/passkey';
import { AppError } from '@plugboard/contracts';
import { twoFactor } from 'better-auth/plugins/two-factor';

import { ssoSessions } from '../sso/open-session.ts';
import { passkeyModels, twoFactorModels } from './auth-models.ts';
import { relyingParty } from './relying-party.ts';

/** The parts of better-auth that are in use. */
export function authPlugins(baseUrl: string) {
  const { id, origins } = relyingParty(baseUrl);
  return [
    ssoSessions(),
    twoFactor({
      issuer: 'Plugboard',
      schema: twoFactorModels,
      // Who signs in by a provider or a passkey alone has no password to give.
      allowPasswordless: true,
      accountLockout: { enabled: true, maxFailedAttempts: 10, durationSeconds: 900 },
      totpOptions: { digits: 6, period: 30 },
      backupCodeOptions: { amount: 10, length: 10, storeBackupCodes: 'encrypted' },
    }),
    passkey({
      rpID: id,
      rpName: 'Plugboard',
      origin: [...origins],
      schema: passkeyModels,
      // One that anybody may use who holds the device would be one factor, and stands for two here.
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      registration: {
        afterVerification: ({ verification }) => {
          requireVerifiedUser(verification.registrationInfo?.userVerified);
        },
      },
      authentication: {
        afterVerification: ({ verification }) => {
          requireVerifiedUser(verification.authenticationInfo.userVerified);
        },
      },
    }),
  ];
}

function requireVerifiedUser(verified: boolean | undefined): void {
  if (verified === true) return;
  throw new AppError(
    'forbidden',
    'This device did not check that it is you. Use a passkey with a fingerprint, face or PIN.',
  );
}
