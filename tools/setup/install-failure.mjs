const REASONS = [
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|FETCH_ERROR/,
    words:
      'The package registry could not be reached. Check the network, and the proxy if there is one ' +
      '(npm config get proxy, https-proxy, registry). Then run the same command again.',
  },
  {
    pattern: /ENOSPC|EDQUOT/,
    words: 'The disk is full: about 500 MB are needed here and as much in npm’s cache (npm config get cache).',
  },
  {
    pattern: /EACCES|EPERM|EROFS/,
    words:
      'A file may not be written. This folder, or npm’s cache (npm config get cache), belongs to somebody else: ' +
      'give it to yourself, or clone the repository again as yourself.',
  },
  {
    pattern: /are in sync|EUSAGE/,
    words: 'package.json and package-lock.json do not agree. Run npm install and commit package-lock.json.',
  },
  { pattern: /^ENOENT: spawn/, words: 'npm was not found. Install it; it comes with Node.' },
]

/** @param {string} errors what npm wrote on its standard error */
export function installFailure(errors) {
  const reason = REASONS.find(({ pattern }) => pattern.test(errors))
  const said = errors.trim().split('\n').slice(0, 12).join('\n')
  return `npm ci failed. ${reason?.words ?? 'What npm said is below.'}\n\n${said}`
}

export function scriptsBlocked() {
  return (
    'npm has installed the packages but not run their install scripts, so that the pinned Node has no binary.\n' +
    'Scripts are turned off (npm config get ignore-scripts), or a tool keeps them back. Allow these, once:\n\n' +
    '  npm rebuild --ignore-scripts=false node esbuild'
  )
}
