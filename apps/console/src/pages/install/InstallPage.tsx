import { useSearch } from '@tanstack/react-router';

import { Page } from '../../shell/Page.tsx';
import { useMay } from '../../shell/use-me.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { NameServer } from './NameServer.tsx';
import { Wizard } from './Wizard.tsx';

/** Installs a server, step by step: what will happen is shown before it does. */
export function InstallPage() {
  const { server } = useSearch({ from: '/install' });
  const may = useMay();
  if (!may('instance.add')) {
    return (
      <Page title="Install a server">
        <Card>
          <EmptyState
            title="Owners and admins install servers"
            action={<ButtonLink to="/marketplace">Back to the marketplace</ButtonLink>}
          >
            Your role may look at them. Ask an admin for the one that you need.
          </EmptyState>
        </Card>
      </Page>
    );
  }
  return server === undefined ? <NameServer /> : <Wizard key={server} server={server} />;
}
