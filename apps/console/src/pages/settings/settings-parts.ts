import {
  BookMarked,
  Building2,
  Download,
  FolderSync,
  Info,
  KeyRound,
  LogIn,
  type LucideIcon,
  Plug,
  Scale,
} from 'lucide-react';

export const partNames = [
  'organization',
  'sources',
  'services',
  'licences',
  'keys',
  'sign-in',
  'provisioning',
  'backup',
  'about',
] as const;

export type PartName = (typeof partNames)[number];

interface PartEntry {
  readonly name: PartName;
  readonly label: string;
  readonly icon: LucideIcon;
  /** What one must be allowed to see it. */
  readonly needs: string;
}

/** The parts of the settings, in the order of their list. */
export const partEntries: readonly PartEntry[] = [
  { name: 'organization', label: 'Organization', icon: Building2, needs: 'organization.read' },
  { name: 'sources', label: 'Catalog sources', icon: BookMarked, needs: 'source.read' },
  { name: 'services', label: 'Services', icon: Plug, needs: 'provider.read' },
  { name: 'licences', label: 'Licences', icon: Scale, needs: 'licence_policy.read' },
  { name: 'keys', label: 'Encryption keys', icon: KeyRound, needs: 'vault.read' },
  { name: 'sign-in', label: 'Single sign-on', icon: LogIn, needs: 'sso.read' },
  { name: 'provisioning', label: 'Provisioning', icon: FolderSync, needs: 'provisioning.read' },
  { name: 'backup', label: 'Lock and backup', icon: Download, needs: 'lock.read' },
  { name: 'about', label: 'About', icon: Info, needs: 'status.read' },
];
