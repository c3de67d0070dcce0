import type { Places } from '@plugboard/contracts';

/** Where files lie on the computer of this browser, in its own short forms. */
export function localPlaces(platform: string = navigator.platform): Places {
  if (platform.startsWith('Mac')) return { home: '~', platform: 'darwin', env: {} };
  if (platform.startsWith('Win')) {
    return { home: '%USERPROFILE%', platform: 'win32', env: { APPDATA: '%APPDATA%' } };
  }
  return { home: '~', platform: 'linux', env: {} };
}
