import { Page } from '../../shell/Page.tsx';

export function WelcomePage() {
  return <Page title="Welcome">{null}</Page>;
}
