import type { ResolvedBoard } from '../recipe/resolved-board.ts';

/** The board without folders of this machine, budgets and OpenWrt's names: what of its file an image depends on. */
export function boardWithoutPlaces({
  kernel,
  bootloader,
  budgets: _budgets,
  openwrt: _openwrt,
  ...rest
}: ResolvedBoard): Record<string, unknown> {
  return {
    ...rest,
    kernel: { ...kernel, origin: originWithoutPlace(kernel.origin) },
    bootloader: { ...bootloader, origin: originWithoutPlace(bootloader.origin) },
  };
}

/**
 * The board without where kernel and boot loader come from either: init and the disk do not change with that, and both have steps of their own;
 * nor its budgets, which only the finished image is held against, nor what OpenWrt calls it.
 */
export function boardWithoutOrigins({
  kernel: { origin: _kernel, ...kernel },
  bootloader: { origin: _bootloader, ...bootloader },
  budgets: _budgets,
  openwrt: _openwrt,
  ...rest
}: ResolvedBoard): Record<string, unknown> {
  return { ...rest, kernel, bootloader };
}

function originWithoutPlace(
  origin: ResolvedBoard['kernel' | 'bootloader']['origin'],
): Record<string, unknown> {
  if (origin.kind === 'package') return origin;
  const { directory: _directory, ...fragment } = origin.fragment;
  return { ...origin, fragment };
}
