import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';

import { api } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { CodeBlock } from '../../../ui/CodeBlock.tsx';
import { Problem } from '../../../ui/ErrorState.tsx';
import { saveFile } from '../../../ui/save-file.ts';

/** What can be taken away as a file. */
export function BackupPart() {
  const may = useMay();
  const lock = useMutation({
    mutationFn: async () => {
      const document = await api.lock.get();
      const text = `${JSON.stringify(document, null, 2)}\n`;
      saveFile(new Blob([text], { type: 'application/json' }), 'plugboard.lock');
    },
    onSuccess: () => tellDone('The lock document is downloaded'),
    onError: () => undefined,
  });
  return (
    <>
      <Section
        title="Lock document"
        about="Versions, digests, settings, definitions and grants, as a file for your repository. No secret is in it."
        actions={
          <Button
            size="small"
            variant="primary"
            icon={<Download className="size-4" aria-hidden />}
            busy={lock.isPending}
            onClick={() => lock.mutate()}
          >
            Download it
          </Button>
        }
      >
        <div className="flex flex-col gap-3 text-sm">
          <Problem error={lock.error} />
          <p className="text-soft">
            The command line writes the same, shows what applying a file would change, and applies
            it:
          </p>
          <CodeBlock
            what="the commands"
            code={'plugboard lock\nplugboard plan plugboard.lock\nplugboard apply plugboard.lock'}
          />
        </div>
      </Section>
      <Section
        title="Backup"
        about="The configuration with its history and, under a passphrase, its secrets."
      >
        <div className="flex flex-col gap-3 text-sm">
          <p className="text-soft">
            Backups are made and restored by the command line, so that the passphrase stays on the
            host. {!may('lock.backup_secrets') && 'Only owners make one with secrets. '}Not in it:
            agents’ tokens, API keys, the audit log, and what servers keep in their own folders.
          </p>
          <CodeBlock
            what="the commands"
            code={
              'plugboard backup /srv/backups/plugboard.backup --key-file /etc/plugboard/backup.key\nplugboard restore /srv/backups/plugboard.backup --key-file /etc/plugboard/backup.key'
            }
          />
          <p className="text-soft">
            Whoever loses the passphrase cannot open the backup, and neither can anybody else.
          </p>
        </div>
      </Section>
    </>
  );
}
