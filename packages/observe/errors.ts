import { AppError, type ErrorCatalogue, errorMessage } from '@portolan/errors'

export const OBSERVE_ERRORS = {
  OBSERVE_SILENT: { status: 503, title: 'An observer did not answer' },
  OBSERVE_PLATFORM_UNSUPPORTED: { status: 501, title: 'This operating system cannot be looked into' },
  OBSERVE_TABLE_MALFORMED: { status: 500, title: 'A kernel table cannot be read' },
  OBSERVE_PROBE_FAILED: { status: 500, title: 'A port could not be probed' },
  OBSERVE_NOBODY_LOOKS: { status: 503, title: 'A host has no observer' },
  OBSERVE_PROGRAM_MISSING: { status: 503, title: 'A program that an observer runs is not installed' },
  OBSERVE_PROGRAM_FAILED: { status: 502, title: 'A program that an observer runs has failed' },
  OBSERVE_ANSWER_TOO_LONG: { status: 502, title: 'An observed host answered with more than it may' },
  OBSERVE_ENGINE_UNREACHABLE: { status: 503, title: 'A container engine cannot be reached' },
  OBSERVE_ENGINE_REFUSED: { status: 502, title: 'A container engine refused to answer' },
  OBSERVE_ENGINE_MALFORMED: { status: 502, title: "A container engine's answer cannot be read" },
  OBSERVE_SSH_UNREACHABLE: { status: 503, title: 'A host cannot be reached over SSH' },
  OBSERVE_SSH_SIGN_IN_REFUSED: { status: 502, title: 'A host refused the SSH key' },
  OBSERVE_SSH_KEY_UNREADABLE: { status: 500, title: 'A file that SSH needs cannot be read' },
  OBSERVE_SSH_HOST_KEY_UNKNOWN: { status: 502, title: "A host's SSH key is not known" },
  OBSERVE_SSH_HOST_KEY_CHANGED: { status: 502, title: "A host's SSH key is not the known one" },
  OBSERVE_SSH_HOST_KEY_REVOKED: { status: 502, title: "A host's SSH key is revoked" },
  OBSERVE_SSH_CHANNEL_REFUSED: { status: 502, title: 'A host refused what was asked over SSH' },
  OBSERVE_SSH_CLOSED: { status: 503, title: 'The SSH connection is closed' },
  OBSERVE_KNOWN_HOSTS_MALFORMED: { status: 500, title: 'A known_hosts file cannot be read' },
} as const satisfies ErrorCatalogue

export function observerSilent(observer: string, cause: unknown): AppError {
  const message =
    `Observer "${observer}" did not answer, so no port that it watches counts as free: ${errorMessage(cause)} ` +
    `Every observer has to answer. Repair this one, or do without it.`
  const { status } = OBSERVE_ERRORS.OBSERVE_SILENT
  return new AppError('OBSERVE_SILENT', message, { status, cause, details: { observer } })
}

/** @param what the thing that was asked for, as the end of "cannot …" */
export function platformUnsupported(platform: string, what: string): AppError {
  const message =
    `On "${platform}" Portolan cannot ${what}, so the answer is unknown. ` +
    `Expected Linux with /proc. Use Linux, or an observer that works there.`
  const { status } = OBSERVE_ERRORS.OBSERVE_PLATFORM_UNSUPPORTED
  return new AppError('OBSERVE_PLATFORM_UNSUPPORTED', message, { status, details: { platform } })
}

/** @param line counted from 1 */
export function tableMalformed(table: string, line: number, expected: string): AppError {
  const message =
    `Line ${line} of "${table}" is not what the kernel writes. Expected ${expected}. ` +
    `Check that the host's /proc is mounted and its iproute2 recent, and report that line.`
  const { status } = OBSERVE_ERRORS.OBSERVE_TABLE_MALFORMED
  return new AppError('OBSERVE_TABLE_MALFORMED', message, { status, details: { table, line } })
}

export function probeFailed(endpoint: string, cause: unknown): AppError {
  const message =
    `Whether "${endpoint}" is free could not be found out: ${errorMessage(cause)}. ` +
    `Expected to bind it or to be refused. Mend the cause (often the limit on open files) and try again.`
  const { status } = OBSERVE_ERRORS.OBSERVE_PROBE_FAILED
  return new AppError('OBSERVE_PROBE_FAILED', message, { status, cause, details: { endpoint } })
}

/** No observer is no look: an empty answer would read as "everything is free". */
export function nobodyLooks(): AppError {
  const message =
    `No observer was given, so nothing is known of the host and no port of it counts as free. ` +
    `Expected at least one. Give the host an observer of its sockets, such as "kernel" or one over SSH.`
  const { status } = OBSERVE_ERRORS.OBSERVE_NOBODY_LOOKS
  return new AppError('OBSERVE_NOBODY_LOOKS', message, { status })
}

/** @param place which machine, as a person knows it */
export function programMissing(program: string, place: string, install: string): AppError {
  const message = `"${program}" was not found on "${place}", so its ports are unknown. Expected it in the PATH. ${install}`
  const { status } = OBSERVE_ERRORS.OBSERVE_PROGRAM_MISSING
  return new AppError('OBSERVE_PROGRAM_MISSING', message, { status, details: { program, place } })
}

/** @param said the beginning of what it wrote about it */
export function programFailed(
  program: string,
  place: string,
  { said, cause }: { said: string; cause?: unknown },
): AppError {
  const message =
    `"${program}" on "${place}" ended with a failure: "${said}". Expected a complete list. ` +
    `Run it there by hand, and mend what it complains of.`
  const { status } = OBSERVE_ERRORS.OBSERVE_PROGRAM_FAILED
  return new AppError('OBSERVE_PROGRAM_FAILED', message, { status, cause, details: { program, place } })
}

export function answerTooLong(place: string, limitBytes: number): AppError {
  const message =
    `"${place}" answered with more than ${limitBytes} bytes, which is not read to its end. ` +
    `Expected a list of ports. Find out what answers there.`
  const { status } = OBSERVE_ERRORS.OBSERVE_ANSWER_TOO_LONG
  return new AppError('OBSERVE_ANSWER_TOO_LONG', message, { status, details: { place, limitBytes } })
}

/** @param wayOut a sentence, where the cause has a usual one */
export function engineUnreachable(place: string, cause: unknown, wayOut: string): AppError {
  const message =
    `The container engine at "${place}" could not be asked, so the ports of its containers are unknown: ` +
    `${errorMessage(cause)}. Expected the Docker API there. ${wayOut}`
  const { status } = OBSERVE_ERRORS.OBSERVE_ENGINE_UNREACHABLE
  return new AppError('OBSERVE_ENGINE_UNREACHABLE', message, { status, cause, details: { place } })
}

/** @param answerStatus the HTTP status of its answer */
export function engineRefused(place: string, answerStatus: number): AppError {
  const message =
    `The container engine at "${place}" answered ${answerStatus} when it was asked for its containers. ` +
    `Expected 200. It has to be Docker, or podman 4 or later, and the user has to be allowed to ask it.`
  const { status } = OBSERVE_ERRORS.OBSERVE_ENGINE_REFUSED
  return new AppError('OBSERVE_ENGINE_REFUSED', message, { status, details: { place, answerStatus } })
}

/** @param what where in the answer, and what was expected there */
export function engineMalformed(place: string, what: string, cause?: unknown): AppError {
  const message =
    `The list of containers from "${place}" cannot be read: ${what}. Expected what Docker's or podman's API documents. ` +
    `Check that nothing else answers there, and report the engine's version.`
  const { status } = OBSERVE_ERRORS.OBSERVE_ENGINE_MALFORMED
  return new AppError('OBSERVE_ENGINE_MALFORMED', message, { status, cause, details: { place, what } })
}

/** What a refused host key and its way out have in common. */
export interface RefusedHostKey {
  /** As known_hosts writes it. */
  readonly host: string
  readonly keyType: string
  readonly fingerprint: string
}

/** @param line what to add to known_hosts once the fingerprint has been compared */
export function hostKeyUnknown(
  refused: RefusedHostKey,
  { line, paths, otherTypes }: { line: string; paths: readonly string[]; otherTypes: readonly string[] },
): AppError {
  const others = otherTypes.length === 0 ? '' : ` Known for it are only keys of type "${otherTypes.join('", "')}".`
  const message =
    `The host "${refused.host}" shows a ${refused.keyType} key with the fingerprint "${refused.fingerprint}", and ` +
    `known_hosts has no such key for it, so the connection was refused.${others} Compare the fingerprint on the host itself ` +
    `(ssh-keygen -lf on its /etc/ssh/ssh_host_*_key.pub); when they are equal, add this line to "${paths[0]}": ${line}`
  const { status } = OBSERVE_ERRORS.OBSERVE_SSH_HOST_KEY_UNKNOWN
  return new AppError('OBSERVE_SSH_HOST_KEY_UNKNOWN', message, { status, details: { ...refused, line, paths } })
}

/** @param known where the other key stands */
export function hostKeyChanged(
  refused: RefusedHostKey,
  known: { readonly path: string; readonly line: number; readonly fingerprint: string },
): AppError {
  const message =
    `The host "${refused.host}" shows a ${refused.keyType} key with the fingerprint "${refused.fingerprint}", but line ` +
    `${known.line} of "${known.path}" expects "${known.fingerprint}", so the connection was refused: somebody may stand ` +
    `between, or the host was set up anew. Compare the fingerprint on the host itself; only when it is the host's own, ` +
    `replace that line (ssh-keygen -R "${refused.host}" -f "${known.path}").`
  const { status } = OBSERVE_ERRORS.OBSERVE_SSH_HOST_KEY_CHANGED
  return new AppError('OBSERVE_SSH_HOST_KEY_CHANGED', message, { status, details: { ...refused, known } })
}

export function hostKeyRevoked(
  refused: RefusedHostKey,
  known: { readonly path: string; readonly line: number },
): AppError {
  const message =
    `The host "${refused.host}" shows a ${refused.keyType} key with the fingerprint "${refused.fingerprint}", which line ` +
    `${known.line} of "${known.path}" has revoked, so the connection was refused. Expected a key that is not revoked. ` +
    `Give the host a new key, and find out who used the old one.`
  const { status } = OBSERVE_ERRORS.OBSERVE_SSH_HOST_KEY_REVOKED
  return new AppError('OBSERVE_SSH_HOST_KEY_REVOKED', message, { status, details: { ...refused, known } })
}

/** @param line counted from 1 */
export function knownHostsMalformed(path: string, line: number): AppError {
  const message =
    `Line ${line} of "${path}" has a marker, but is not whole, so no host key can be trusted by that file. ` +
    `Expected "@revoked" or "@cert-authority", the hosts, the type of the key and the key. Mend or remove the line.`
  const { status } = OBSERVE_ERRORS.OBSERVE_KNOWN_HOSTS_MALFORMED
  return new AppError('OBSERVE_KNOWN_HOSTS_MALFORMED', message, { status, details: { path, line } })
}

export function sshUnreachable(host: string, cause: unknown): AppError {
  const message =
    `No SSH connection to "${host}" came about, or it broke: ${errorMessage(cause)}. Expected an SSH server that answers. ` +
    `Check the name, the port and the firewall, and try "ssh" by hand.`
  const { status } = OBSERVE_ERRORS.OBSERVE_SSH_UNREACHABLE
  return new AppError('OBSERVE_SSH_UNREACHABLE', message, { status, cause, details: { host } })
}

export function sshSignInRefused(host: string, user: string, cause: unknown): AppError {
  const message =
    `The host "${host}" let the user "${user}" in with none of the keys that were offered. Expected one that its ` +
    `authorized_keys lists. Add the public key there, or give the right key or agent.`
  const { status } = OBSERVE_ERRORS.OBSERVE_SSH_SIGN_IN_REFUSED
  return new AppError('OBSERVE_SSH_SIGN_IN_REFUSED', message, { status, cause, details: { host, user } })
}

export function sshKeyUnreadable(path: string, cause: unknown): AppError {
  const message =
    `"${path}" cannot be read: ${errorMessage(cause)}. Expected the private key, its passphrase if it has one, and ` +
    `known_hosts to be readable. Mend the path, its rights or the passphrase.`
  const { status } = OBSERVE_ERRORS.OBSERVE_SSH_KEY_UNREADABLE
  return new AppError('OBSERVE_SSH_KEY_UNREADABLE', message, { status, cause, details: { path } })
}

/** @param what as the end of "refused …" @param wayOut a sentence */
export function sshChannelRefused(
  host: string,
  what: string,
  { cause, wayOut }: { cause: unknown; wayOut: string },
): AppError {
  const message = `The host "${host}" refused ${what}: ${errorMessage(cause)}. Expected that the user may do so. ${wayOut}`
  const { status } = OBSERVE_ERRORS.OBSERVE_SSH_CHANNEL_REFUSED
  return new AppError('OBSERVE_SSH_CHANNEL_REFUSED', message, { status, cause, details: { host, what } })
}

export function sshClosed(host: string): AppError {
  const message =
    `The SSH connection to "${host}" was closed by its owner, so nothing can be asked over it. ` +
    `Expected to be asked before. Open the host again.`
  const { status } = OBSERVE_ERRORS.OBSERVE_SSH_CLOSED
  return new AppError('OBSERVE_SSH_CLOSED', message, { status, details: { host } })
}
