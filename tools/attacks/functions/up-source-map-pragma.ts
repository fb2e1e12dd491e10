/**
 * attack:  pragmas that name host files, and an error to make somebody read the map
 * surface: source maps
 * @answer upload 400 | 502
 */
/// <reference path="/etc/passwd" />
/// <amd-dependency path="/etc/hostname" />
export default async function handler(event: any) {
  throw new Error('look me up');
}
//# sourceMappingURL=/etc/passwd
//# sourceURL=/etc/shadow
