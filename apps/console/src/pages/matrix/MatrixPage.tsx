import { Page } from '../../shell/Page.tsx';

export function MatrixPage() {
  return <Page title="Permissions">{null}</Page>;
}
