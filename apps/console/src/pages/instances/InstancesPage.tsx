import { Page } from '../../shell/Page.tsx';

export function InstancesPage() {
  return <Page title="Instances">{null}</Page>;
}
