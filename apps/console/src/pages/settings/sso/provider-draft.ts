import type { AddSsoInput } from '@plugboard/contracts/api';

type Role = AddSsoInput['roleRules'][number]['role'];
type Kind = AddSsoInput['kind'];

/** What is typed of a new identity provider. */
export interface ProviderDraft {
  readonly kind: Kind;
  readonly provider: string;
  readonly title: string;
  readonly domains: string;
  readonly defaultRole: Role | 'none';
  /** A group and its role to a line: `admins = admin`. */
  readonly rules: string;
  readonly allowOwners: boolean;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly trustEmail: boolean;
  readonly allowPrivateNetwork: boolean;
  readonly metadata: string;
}

export const emptyDraft: ProviderDraft = {
  kind: 'oidc',
  provider: '',
  title: '',
  domains: '',
  defaultRole: 'member',
  rules: '',
  allowOwners: false,
  issuer: '',
  clientId: '',
  clientSecret: '',
  trustEmail: false,
  allowPrivateNetwork: false,
  metadata: '',
};

const roles: readonly Role[] = ['owner', 'admin', 'member', 'auditor'];

/** The rules, and the first line that is none. */
export function readRules(text: string): {
  readonly rules: readonly { readonly group: string; readonly role: Role }[];
  readonly wrong?: string;
} {
  const rules: { group: string; role: Role }[] = [];
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const at = line.lastIndexOf('=');
    const group = line.slice(0, at).trim();
    const said = line.slice(at + 1).trim();
    const role = roles.find((each) => each === said);
    if (at < 1 || group === '' || role === undefined) return { rules, wrong: line };
    rules.push({ group, role });
  }
  return { rules };
}

/** The draft as the API takes it. */
export function providerInputOf(draft: ProviderDraft) {
  const common = {
    provider: draft.provider.trim(),
    ...(draft.title.trim() !== '' && { title: draft.title.trim() }),
    domains: draft.domains.split(/[\s,]+/).filter((domain) => domain !== ''),
    defaultRole: draft.defaultRole === 'none' ? null : draft.defaultRole,
    roleRules: [...readRules(draft.rules).rules],
    allowOwners: draft.allowOwners,
  };
  if (draft.kind === 'saml') {
    return { kind: 'saml', ...common, metadata: draft.metadata } as const;
  }
  return {
    kind: 'oidc',
    ...common,
    issuer: draft.issuer.trim(),
    clientId: draft.clientId.trim(),
    ...(draft.clientSecret !== '' && { clientSecret: draft.clientSecret }),
    trustEmail: draft.trustEmail,
    allowPrivateNetwork: draft.allowPrivateNetwork,
  } as const;
}
