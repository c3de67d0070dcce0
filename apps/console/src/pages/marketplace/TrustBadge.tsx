import { BadgeCheck, Sparkles } from 'lucide-react';

import { Badge } from '../../ui/Badge.tsx';

export interface TrustBadgeProps {
  readonly tier: 'official' | 'curated' | 'community';
  readonly verified: boolean;
}

/** Who stands behind a server, as far as that is proved. */
export function TrustBadge({ tier, verified }: TrustBadgeProps) {
  if (tier === 'official') {
    return (
      <Badge
        tone="accent"
        icon={<BadgeCheck className="size-3" aria-hidden />}
        title="By the service’s own maker, checked by Plugboard"
      >
        Official
      </Badge>
    );
  }
  if (tier === 'curated') {
    return (
      <Badge
        tone="violet"
        icon={<Sparkles className="size-3" aria-hidden />}
        title="Looked at and described by Plugboard"
      >
        Curated
      </Badge>
    );
  }
  return verified ? (
    <Badge
      tone="cyan"
      icon={<BadgeCheck className="size-3" aria-hidden />}
      title="The publisher owns the name or domain"
    >
      Verified
    </Badge>
  ) : (
    <Badge title="Nobody checked who published it">Community</Badge>
  );
}
