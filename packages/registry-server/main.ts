import { runService } from '@portolan/service'
import { service } from './service.ts'

await runService(service, process.env)
