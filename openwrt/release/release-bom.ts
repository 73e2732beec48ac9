import type { ManifestInput } from '../../builder/plan/manifest-parts.ts';
import { ownComponents } from '../../builder/sbom/own-components.ts';
import { genericPackageUrl } from '../../builder/sbom/package-url.ts';
import type { SbomComponent } from '../../builder/sbom/sbom-component.ts';
import type { SbomImage } from '../../builder/sbom/sbom-image.ts';
import type { ReleaseImageFacts } from './build-release-image.ts';
import type { ReleaseDisk } from './release-disk.ts';

/**
 * A router's image as the SBOMs describe it. Which of OpenWrt's files is of which package is not told: packages are named for the root as a
 * whole. A package that came with the ImageBuilder (the kernel, base-files) has the ImageBuilder's hash.
 * @param hashes of the finished image, and of the root file system in it
 */
export function releaseBom(
  { unit, date, version, inputs, files }: ReleaseDisk,
  { packages }: ReleaseImageFacts,
  hashes: { readonly image: string; readonly root: string },
): SbomImage {
  const components = packages.map((one) => componentOf(one, inputs));
  const own = ownComponents(files, { version, licence: 'MIT' });
  return {
    ...{ unit, date, version },
    sha256: hashes.image,
    places: [
      {
        name: 'root',
        sha256: hashes.root,
        files: files.map(({ path, sha256 }) => ({ path, sha256, components: ['boardsmith'] })),
        components: components.map(({ id }) => id).sort(),
      },
    ],
    components: [...components, ...own].sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

function componentOf(
  { name, version, licence }: ReleaseImageFacts['packages'][number],
  inputs: readonly ManifestInput[],
): SbomComponent {
  // opkg's files are NAME_VERSION_ARCH.ipk, apk's NAME-VERSION.apk.
  const file = inputs.find(({ id }) => {
    const last = id.split('/').at(-1)!;
    return last === `${name}-${version}.apk` || last.startsWith(`${name}_${version}`);
  });
  const source = file ?? inputs.find(({ id }) => id.includes('openwrt-imagebuilder-'))!;
  return {
    id: `openwrt-package:${name}`,
    type: name === 'kernel' ? 'operating-system' : 'library',
    name,
    version,
    purl: genericPackageUrl(name, version, 'openwrt'),
    sha256: source.sha256,
    licence,
    licenceTexts: [],
    parts: [],
  };
}
