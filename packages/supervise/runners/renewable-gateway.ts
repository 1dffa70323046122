import { on } from 'node:events'
import { AppError, type Waiting } from '@portolan/errors'
import type { GatewayConfiguration } from '@portolan/gateway'
import type { Child } from '../child.ts'
import type { Running } from '../runner.ts'

/** A gateway that replaces its own workers when it is restarted by hand, so that nobody is refused meanwhile. */
export function renewableGateway(child: Child, configuration: GatewayConfiguration): Running {
  const { pid, identity, ended } = child
  const stop = (waiting: Waiting): Promise<void> => child.stop(waiting)
  return { pid, identity, ended, stop, renew: (waiting) => renew(child, waiting), announceRestart }

  function announceRestart(service: string, isUnderWay: boolean): void {
    for (const { name } of configuration.upstreams ?? []) {
      const isOfService = name === service || name.startsWith(`${service}.`)
      if (isOfService && child.channel.connected) child.channel.send({ type: 'restarting', upstream: name, isUnderWay })
    }
  }

  async function renew({ channel }: Child, { signal }: Waiting): Promise<void> {
    const messages = on(channel, 'message', { signal })
    channel.send({ type: 'replace', configuration })
    for await (const [message] of messages) {
      const { type, code, text } = readAnswer(message)
      if (type === 'replaced') return
      if (type === 'refused') throw new AppError(code, text)
    }
  }
}

function readAnswer(answer: unknown) {
  const { type, code, message } = Object(answer)
  return { type: String(type), code: String(code), text: String(message) }
}
