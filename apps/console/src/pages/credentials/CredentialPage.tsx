import { Page } from '../../shell/Page.tsx';

export function CredentialPage() {
  return <Page title="Credential">{null}</Page>;
}
