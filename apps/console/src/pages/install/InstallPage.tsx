import { Page } from '../../shell/Page.tsx';

export function InstallPage() {
  return <Page title="Install">{null}</Page>;
}
