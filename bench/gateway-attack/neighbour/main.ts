/** The neighbour as a process of its own, so that nothing but the gateway can keep it waiting: `node main.ts PORT`. */
import { askUntil } from './ask.ts'

const over = new AbortController()
process.once('message', () => over.abort())
process.once('disconnect', () => process.exit(1))
const figures = await askUntil(over.signal, Number(process.argv[2]))
process.send?.(figures, undefined, undefined, () => process.disconnect())
