import type { SbomImage } from '../../builder/sbom/sbom-image.ts';

const hash = (digit: string): string => digit.repeat(64);

/** An image as the SBOMs see it, with one of each thing. */
export const smallBom: SbomImage = {
  unit: 'small-board',
  date: '2026-01-02',
  version: '0.1.0',
  sha256: hash('0'),
  places: [
    {
      name: 'boot-a',
      sha256: hash('1'),
      files: [{ path: '/kernel', sha256: hash('2'), components: ['debian:arm64/linux-image-6.12@6.12-1'] }],
      components: [],
    },
    {
      name: 'root-a',
      sha256: null,
      files: [
        {
          path: '/usr/bin/small',
          sha256: hash('3'),
          components: ['npm:@scope/one@1.2.3', 'pypi:node.whl', 'recipe/small'],
        },
      ],
      components: [],
    },
    { name: 'firmware', sha256: hash('4'), files: [], components: ['boardsmith'] },
  ],
  components: [
    {
      id: 'boardsmith',
      type: 'application',
      name: 'boardsmith',
      version: '0.1.0',
      purl: null,
      sha256: hash('5'),
      licence: 'MIT',
      licenceTexts: [],
      parts: [],
    },
    {
      id: 'debian:arm64/linux-image-6.12@6.12-1',
      type: 'operating-system',
      name: 'linux-image-6.12',
      version: '6.12-1',
      purl: 'pkg:deb/debian/linux-image-6.12@6.12-1?arch=arm64&distro=trixie',
      sha256: hash('6'),
      licence: 'GPL-2.0-only',
      licenceTexts: [{ name: 'usr/share/doc/linux-image-6.12/copyright', sha256: hash('7') }],
      parts: [],
    },
    {
      id: 'npm:@scope/one@1.2.3',
      type: 'library',
      name: '@scope/one',
      version: '1.2.3',
      purl: 'pkg:npm/%40scope/one@1.2.3',
      sha256: hash('8'),
      licence: null,
      licenceTexts: [{ name: 'LICENSE', sha256: hash('9') }],
      parts: [],
    },
    {
      id: 'pypi:node.whl',
      type: 'library',
      name: 'node',
      version: '24.0.0',
      purl: 'pkg:pypi/node@24.0.0?file_name=node.whl',
      sha256: hash('a'),
      licence: 'MIT OR Apache-2.0',
      licenceTexts: [],
      parts: [{ name: 'openssl', version: '3.5.7', purl: 'pkg:generic/openssl@3.5.7' }],
    },
    {
      id: 'recipe/small',
      type: 'application',
      name: 'small',
      version: '',
      purl: null,
      sha256: hash('b'),
      licence: null,
      licenceTexts: [],
      parts: [],
    },
  ],
};
