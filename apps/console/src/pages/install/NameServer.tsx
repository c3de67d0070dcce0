import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { Page } from '../../shell/Page.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Field } from '../../ui/Field.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import { TextLink } from '../../ui/TextLink.tsx';

/** For a server that is in no catalog: it is named outright. */
export function NameServer() {
  const [server, setServer] = useState('');
  const navigate = useNavigate();
  return (
    <Page
      title="Install a server"
      about={
        <>
          Most are in the{' '}
          <TextLink to="/marketplace" className="underline">
            marketplace
          </TextLink>
          . Others are named here.
        </>
      }
    >
      <Card className="max-w-2xl p-5">
        <form
          className="flex flex-col items-start gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (server.trim() !== '') {
              void navigate({ to: '/install', search: { server: server.trim() } });
            }
          }}
        >
          <Field
            className="flex w-full flex-col gap-1.5"
            label="Server"
            about="An npm package such as @acme/mcp@1.2.0, the address of a remote server such as https://mcp.example.com/mcp, or a name of the catalog"
          >
            <TextInput
              value={server}
              autoCapitalize="none"
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setServer(event.currentTarget.value)}
            />
          </Field>
          <Button type="submit" variant="primary" disabled={server.trim() === ''}>
            Plan the installation
          </Button>
        </form>
      </Card>
    </Page>
  );
}
