import type { VaultStatus } from '@plugboard/contracts/api';
import { RefreshCcw } from 'lucide-react';
import { useState } from 'react';

import { useMay } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { Facts } from '../../../ui/Facts.tsx';
import { plural } from '../../../ui/format.ts';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { RotateMasterDialog } from './RotateMasterDialog.tsx';

const providerWords = {
  file: 'a file of the data directory',
  env: 'the environment of the server',
  'aws-kms': 'AWS KMS',
  'gcp-kms': 'Google Cloud KMS',
  'vault-transit': 'Vault’s transit engine',
} as const;

/** The one key that seals the others, for the whole installation. */
export function MasterKeySection({ status }: { readonly status: VaultStatus }) {
  const { masterKey, former, configuredProvider } = status;
  const may = useMay();
  const [asking, setAsking] = useState(false);
  const inUse = former.filter((key) => key.inUse).length;
  return (
    <Section
      title="Master key"
      about="It seals the owner keys of the whole installation. It is never in the database."
      actions={
        may('vault.rotate_master') && (
          <Button
            size="small"
            icon={<RefreshCcw className="size-4" aria-hidden />}
            onClick={() => setAsking(true)}
          >
            Rotate or move it
          </Button>
        )
      }
    >
      <Facts
        rows={[
          ['Kept in', providerWords[masterKey.provider]],
          ['Wrapped by', masterKey.providerKey],
          ['Fingerprint', <code key="id">{masterKey.id}</code>],
          ['Since', <RelativeTime key="since" at={masterKey.since} />],
          [
            'Former',
            former.length === 0
              ? 'none'
              : `${plural(former.length, 'key')}, ${inUse === 0 ? 'none of them in use' : `${inUse} still in use`}`,
          ],
        ]}
      />
      {!configuredProvider.startsWith(masterKey.provider) && (
        <p className="mt-3 rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
          This server was started for {configuredProvider}, and the key is kept elsewhere. Set
          PLUGBOARD_KEY_PROVIDER before the next start.
        </p>
      )}
      {asking && (
        <RotateMasterDialog current={masterKey.provider} onClose={() => setAsking(false)} />
      )}
    </Section>
  );
}
