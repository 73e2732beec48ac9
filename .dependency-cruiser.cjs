// The rooms' import rules of the house (CONTRIBUTING.md): data flows one way; no room reaches back.
// The order of the folders inside builder/: each may import itself and what stands before it.
const builderOrder = [
  'error',
  'signature',
  'recipe',
  'lock',
  'toolchain',
  'rootfs',
  'image',
  'runtime',
  'init',
  'compile',
  'plan',
  'inspect',
  'sbom',
  'steps',
  'new',
  'identity',
  'release',
  'ledger',
  'burn',
  'cli',
];

const laterFolders = builderOrder.slice(0, -1).map((folder, index) => ({
  name: `builder-${folder}-reaches-forward`,
  comment: `builder/${folder} may import only earlier phases`,
  severity: 'error',
  from: { path: `^builder/${folder}/` },
  to: { path: `^builder/(${builderOrder.slice(index + 1).join('|')})/` },
}));

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    ...laterFolders,
    {
      name: 'builder-folder-without-a-place',
      comment: 'a new folder of builder/ needs a place in the order above',
      severity: 'error',
      from: { path: '^builder/', pathNot: `^builder/(${[...builderOrder, 'setup'].join('|')})/` },
      to: {},
    },
    {
      name: 'only-the-command-line-imports-every-room',
      severity: 'error',
      from: { path: '^builder/', pathNot: '^builder/cli/' },
      to: { path: '^(openwrt|qemu|recipes|test)/' },
    },
    {
      name: 'recipes-stand-alone',
      severity: 'error',
      from: { path: '^recipes/' },
      to: { path: '^(builder|openwrt|qemu|overlays|test)/' },
    },
    {
      name: 'openwrt-uses-recipe-and-rootfs',
      severity: 'error',
      from: { path: '^openwrt/', pathNot: '^openwrt/release/' },
      to: { path: '^(builder|qemu|recipes|test)/', pathNot: '^builder/(error|signature|recipe|rootfs)/' },
    },
    {
      name: 'openwrt-base-builds-an-image',
      comment:
        'a base of the router locks, plans and runs steps with what the builder has for that; the policy compiler does not',
      severity: 'error',
      from: { path: '^openwrt/release/' },
      to: { path: '^(qemu|recipes|test|builder/(new|identity|release|ledger|burn|cli|setup))/' },
    },
    {
      name: 'openwrt-policy-knows-no-base',
      severity: 'error',
      from: { path: '^openwrt/', pathNot: '^openwrt/(release|embedded)/' },
      to: { path: '^openwrt/release/' },
    },
    {
      name: 'qemu-uses-outputs-and-policy',
      severity: 'error',
      from: { path: '^qemu/' },
      to: { path: '^(recipes|test|builder/cli)/' },
    },
    {
      name: 'nobody-imports-tests',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^test/(fixtures|golden)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
