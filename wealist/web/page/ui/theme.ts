import {
  type CheckboxProps,
  createTheme,
  localStorageColorSchemeManager,
  type MenuProps,
  type ModalProps,
  type RadioProps,
} from '@mantine/core'
import { CONTENT_ID } from './content-id.ts'
import controls from './controls.module.css'

const field = { input: controls.input ?? '' }
const wrapper = {
  label: controls.label ?? '',
  description: controls.description ?? '',
  error: controls.error ?? '',
}
const check = { input: controls.check ?? '', icon: controls.checkIcon ?? '' }

/** The same key as in public/color-scheme.js. */
export const colorSchemeManager = localStorageColorSchemeManager({ key: 'wealist.color-scheme' })

/** By name, not by `Menu.extend`: the first page has no menu, and would load it for that. */
export const theme = createTheme({
  focusRing: 'never', // theme.css has one for everything
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { classNames: { root: controls.button ?? '', label: controls.buttonLabel ?? '' } },
    Input: { classNames: field },
    InputWrapper: {
      classNames: wrapper,
      defaultProps: { inputWrapperOrder: ['label', 'description', 'input', 'error'] },
    },
    PasswordInput: { classNames: field },
    Checkbox: { classNames: check satisfies CheckboxProps['classNames'] },
    Radio: { classNames: { radio: check.input, icon: check.icon } satisfies RadioProps['classNames'] },
    Menu: {
      defaultProps: {
        position: 'bottom-end',
        transitionProps: { duration: 90 },
        withInitialFocusPlaceholder: false, // the first item has the focus: see `data-autofocus`
        portalProps: { target: `#${CONTENT_ID}` },
      } satisfies Partial<MenuProps>,
      classNames: {
        dropdown: controls.menu ?? '',
        item: controls.menuItem ?? '',
        label: controls.menuLabel ?? '',
        divider: controls.menuDivider ?? '',
      } satisfies MenuProps['classNames'],
    },
    Modal: {
      defaultProps: {
        centered: true,
        lockScroll: false,
        transitionProps: { duration: 120 },
        attributes: { header: { role: 'presentation' } }, // the page's own header is its one banner
      } satisfies Partial<ModalProps>,
      classNames: {
        content: controls.modal ?? '',
        header: controls.modalHeader ?? '',
        title: controls.modalTitle ?? '',
        body: controls.modalBody ?? '',
        overlay: controls.overlay ?? '',
      } satisfies ModalProps['classNames'],
    },
  },
})
