import { reportAuthorityTwice } from '../../authorities.ts';
import type { Path } from '../../yaml/position.ts';
import { recipeRule } from '../recipe-fields.ts';

/** Names that a runtime or a library under it reads behind the daemon's back. */
const steering: readonly { readonly names: RegExp; readonly reader: string }[] = [
  { names: /^NODE_/, reader: 'Node' },
  // libuv: UV_THREADPOOL_SIZE, UV_USE_IO_URING.
  { names: /^UV_/, reader: 'libuv' },
  { names: /^ICU_/, reader: 'the Unicode data of Node' },
  { names: /^(BUN|JSC|MIMALLOC)_/, reader: 'Bun' },
  // ldso and locale of musl; the glibc names in case a library carries them.
  { names: /^(LD|MUSL|MALLOC|GLIBC)_/, reader: 'the loader and the C library' },
  { names: /^(GCONV_PATH|LOCPATH|TZDIR)$/, reader: 'the C library' },
  // OPENSSL_CONF, OPENSSL_MODULES and OPENSSL_ENGINES load code; SSLKEYLOGFILE gives session keys away.
  { names: /^(OPENSSL|SSL_CERT|OSSL)_|^(SSLKEYLOGFILE|CTLOG_FILE|QLOGDIR|RANDFILE)$/, reader: 'OpenSSL' },
  // c-ares, which Node looks names up with.
  { names: /^CARES_|^(HOSTALIASES|LOCALDOMAIN|RES_OPTIONS)$/, reader: 'the name resolver' },
];

/** What init sets, or keeps for itself. */
const reserved = /^(BOARDSMITH_.*|HOME|LOGNAME|OLDPWD|PATH|PWD|SHELL|SHLVL|TMPDIR|USER)$/;

export const environmentRules = [
  recipeRule('environment-steers-runtime', [], (_fields, report, { environmentNames }) => {
    for (const { name, at } of environmentNames) {
      const reader = steering.find(({ names }) => names.test(name))?.reader;
      if (reader === undefined) continue;
      report({
        at,
        on: 'key',
        message: `${name} steers ${reader}`,
        remedy:
          'remove it: an appliance fixes its runtime when it is built; name a setting of the daemon otherwise',
      });
    }
  }),

  recipeRule('environment-reserved', [], (_fields, report, { environmentNames }) => {
    for (const { name, at } of environmentNames) {
      if (!reserved.test(name)) continue;
      report({
        at,
        on: 'key',
        message: `${name} is set by init or kept for it`,
        remedy: 'choose another name',
      });
    }
  }),

  recipeRule('environment-name-twice', [], (_fields, report, { environmentNames }) => {
    const seen = new Map<string, Path>();
    for (const { name, at } of environmentNames) {
      const first = seen.get(name);
      if (first === undefined) seen.set(name, at);
      else
        report({
          at,
          on: 'key',
          message: `${name} is in ${first.slice(0, -1).join('.')} too`,
          remedy: 'keep one of them; a setting has its default in unit.settings',
        });
    }
  }),

  recipeRule('unit-authority-twice', ['unit'], ({ unit }, report) => {
    reportAuthorityTwice(unit.authorities, ['unit', 'authority'], report);
  }),

  recipeRule('unit-default-or-required', ['unit'], ({ unit }, report) => {
    for (const setting of unit.settings) {
      if (!setting.required || setting.default === null) continue;
      report({
        at: ['unit', 'settings', setting.name, 'default'],
        on: 'key',
        message: `${setting.name} is required and has a default`,
        remedy: 'remove one of the two: what has a default need not be given',
      });
    }
  }),
];
