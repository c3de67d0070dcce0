import type { NeedKind } from '@plugboard/contracts/api';
import {
  ArrowUpCircle,
  Bot,
  CircleAlert,
  CloudAlert,
  Hourglass,
  KeyRound,
  LogIn,
  type LucideIcon,
  Moon,
  Server,
  ShieldAlert,
  ShieldQuestionMark,
} from 'lucide-react';

/** The picture of each kind of need. */
export const needIcons: Readonly<Record<NeedKind, LucideIcon>> = {
  instance_failing: CircleAlert,
  sandbox_missing: ShieldAlert,
  sign_in: LogIn,
  credential_missing: KeyRound,
  credential_expiring: Hourglass,
  binding_unconfirmed: ShieldQuestionMark,
  source_failing: CloudAlert,
  update_available: ArrowUpCircle,
  no_instance: Server,
  no_agent: Bot,
  agent_idle_grant: Moon,
};

/** How much it matters, in a word and a color. */
export const severityLooks = {
  high: { words: 'Now', tile: 'bg-bad-soft text-bad' },
  medium: { words: 'Soon', tile: 'bg-warn-soft text-warn' },
  low: { words: 'When you like', tile: 'bg-accent-soft text-accent' },
} as const;
