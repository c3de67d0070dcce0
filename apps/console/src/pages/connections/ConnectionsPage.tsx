import { Page } from '../../shell/Page.tsx';

export function ConnectionsPage() {
  return <Page title="Connections">{null}</Page>;
}
