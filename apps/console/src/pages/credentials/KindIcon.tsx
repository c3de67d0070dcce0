import {
  Braces,
  Cable,
  Database,
  FileKey2,
  KeyRound,
  type LucideIcon,
  UserRound,
} from 'lucide-react';

import type { CredentialKind } from './credential-words.ts';

const icons: Readonly<Record<CredentialKind, LucideIcon>> = {
  api_key: KeyRound,
  oauth: Cable,
  database: Database,
  service_account: FileKey2,
  basic: UserRound,
  custom: Braces,
};

/** What kind a credential is, beside its name. */
export function KindIcon({ kind }: { readonly kind: CredentialKind }) {
  const Icon = icons[kind];
  return (
    <span className="grid size-8 shrink-0 place-items-center rounded-lg bg-accent-soft text-accent">
      <Icon className="size-4" aria-hidden />
    </span>
  );
}
