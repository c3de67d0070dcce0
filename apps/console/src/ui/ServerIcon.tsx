import { useState } from 'react';

import { chosenOrganization } from '../api/organization.ts';

export interface ServerIconProps {
  readonly icon: {
    readonly text?: string;
    readonly color?: string;
    readonly image?: string | undefined;
  };
  /** In pixels. */
  readonly size?: 24 | 32 | 40 | 56;
}

const sizes = {
  24: 'size-6 rounded-md text-[10px]',
  32: 'size-8 rounded-lg text-xs',
  40: 'size-10 rounded-xl text-sm',
  56: 'size-14 rounded-2xl text-lg',
} as const;

/** A server's picture, or letters where it has none. The picture is a document of its own and runs nothing. */
export function ServerIcon({ icon, size = 40 }: ServerIconProps) {
  const [broken, setBroken] = useState<string>();
  const { image } = icon;
  if (image !== undefined && image !== broken) {
    return (
      <img
        src={inOrganization(image)}
        alt=""
        loading="lazy"
        decoding="async"
        onError={() => setBroken(image)}
        className={`${sizes[size]} shrink-0 bg-white object-contain p-0.5`}
      />
    );
  }
  const color = safeColor(icon.color);
  return (
    <span
      aria-hidden
      className={`${sizes[size]} grid shrink-0 place-items-center font-semibold`}
      style={{ backgroundColor: color, color: inkOn(color) }}
    >
      {(icon.text ?? '?').slice(0, 2)}
    </span>
  );
}

/** What a tab acts in is said by a header, which no picture is asked for with. */
function inOrganization(path: string): string {
  const organization = chosenOrganization();
  if (organization === undefined) return path;
  return `${path}${path.includes('?') ? '&' : '?'}organization=${encodeURIComponent(organization)}`;
}

/** Only what is a color, so that nothing else gets into a style. */
function safeColor(color: string | undefined): string {
  return color !== undefined && /^#[0-9a-f]{6}$/i.test(color) ? color : '#475569';
}

/** White or black, whichever is read better on a color: one of them always has contrast 4.5:1 (WCAG 1.4.3). */
function inkOn(color: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return 1.05 / (luminance + 0.05) >= 4.5 ? '#ffffff' : '#000000';
}
