import { Page } from '../../shell/Page.tsx';

export function InstancePage() {
  return <Page title="Instance">{null}</Page>;
}
