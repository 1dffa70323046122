import { PageLoading } from '../ui/page-loading.tsx'
import { BareFrame } from './bare-frame.tsx'

export function RoutePending() {
  return (
    <BareFrame>
      <PageLoading />
    </BareFrame>
  )
}
