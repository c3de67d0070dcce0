import { Page } from '../../shell/Page.tsx';

export function AuditPage() {
  return <Page title="Audit">{null}</Page>;
}
