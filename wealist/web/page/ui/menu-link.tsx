import { Menu, type MenuItemProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, Ref } from 'react'

type AnchorItemProps = MenuItemProps &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof MenuItemProps> & { readonly ref?: Ref<HTMLAnchorElement> }

function AnchorItem(props: AnchorItemProps) {
  return <Menu.Item component="a" {...props} />
}

/** A link to one of our pages within a menu. */
export const MenuLink = createLink(AnchorItem)
