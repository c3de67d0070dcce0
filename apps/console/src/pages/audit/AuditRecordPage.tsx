import { Page } from '../../shell/Page.tsx';

export function AuditRecordPage() {
  return <Page title="Audit record">{null}</Page>;
}
