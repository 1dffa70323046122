import { allServices } from '../holding.ts'
import { defineRule } from '../rule.ts'

const CODES = {
  START_UNSUPPORTED: { severity: 'warning', title: 'What `up` does not start yet' },
} as const

/** What a stack file may say, other programs understand, and this version cannot start. */
export const startUnsupported = defineRule(CODES, (resolved, say) => {
  const findings = []
  // Once for all of them: what is said is about this version, and each of them is as right as the others.
  const container = allServices(resolved).find(({ run }) => run.kind === 'container')
  if (container !== undefined) {
    const message =
      `This version of "up" starts no containers, and "${container.name}" is to run in one: none of the stack would ` +
      'start. Run what is a container here as a "command" or a "module" in the environment that "up" is for, or say ' +
      'where it runs with "external".'
    findings.push(say('START_UNSUPPORTED', { at: [...container.source, 'run'], message }))
  }
  const { gateway } = resolved
  const encrypted = gateway?.ports.find(({ speaks }) => speaks.includes('https'))
  const { certificates = [], acme } = gateway?.tls ?? {}
  const hasCertificates = certificates.length > 0 || acme !== undefined
  if (gateway?.run.kind === 'embedded' && encrypted !== undefined && !hasCertificates) {
    const message =
      `The gateway's port "${encrypted.name}" speaks https, and there is no certificate for it: none of the stack ` +
      `would start. Say "gateway: { tls: { certificates: [...] } }" or "tls: { acme: ... }", or take the port away in ` +
      `the environment that "up" is for ("${encrypted.name}: null").`
    findings.push(say('START_UNSUPPORTED', { at: encrypted.source, message }))
  }
  return findings
})
