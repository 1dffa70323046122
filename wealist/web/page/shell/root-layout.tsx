import { Outlet } from '@tanstack/react-router'
import { NoticeList } from '../ui/notice-list.tsx'

export function RootLayout() {
  return (
    <>
      <Outlet />
      <NoticeList />
    </>
  )
}
